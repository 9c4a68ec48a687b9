import json
import logging
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import structlog

from logs import LogFormat, configure_logging

ROOT = Path(__file__).parents[2]
CANARY = "Berta-Canary-4410"
LIBRARIES = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.asgi",
    "uvicorn.access",
    "sqlalchemy",
    "httpx",
    "aiosmtplib",
)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    states = {name: (logging.getLogger(name).level, logging.getLogger(name).disabled) for name in LIBRARIES}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, (library_level, disabled) in states.items():
        logging.getLogger(name).setLevel(library_level)
        logging.getLogger(name).disabled = disabled
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert not captured.out
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_has_event_level_logger_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "INFO")

    structlog.get_logger("ours").info("phase_changed", phase="signing")
    logging.getLogger("library").warning("pool is %d%% full: %s", 80, "soon")

    ours, library = lines(capsys)
    assert (ours["event"], ours["level"], ours["logger"], ours["phase"]) == (
        "phase_changed",
        "info",
        "ours",
        "signing",
    )
    assert (library["event"], library["level"], library["logger"]) == (
        "pool is 80% full: soon",
        "warning",
        "library",
    )
    assert datetime.fromisoformat(ours["timestamp"]).utcoffset() == timedelta(0)
    assert "_record" not in library


@pytest.mark.parametrize("log_format", LogFormat)
def test_bound_context_appears_in_every_line(
    capsys: pytest.CaptureFixture[str], log_format: LogFormat
) -> None:
    configure_logging(log_format, "INFO")

    with structlog.contextvars.bound_contextvars(action_id="UA-2026-014"):
        structlog.get_logger("ours").info("ours")
        logging.getLogger("library").info("theirs")
    logging.getLogger("library").info("after")

    written = capsys.readouterr().err.splitlines()
    assert ["UA-2026-014" in line for line in written] == [True, True, False]


def test_values_that_are_not_plain_data_are_logged_as_their_type(capsys: pytest.CaptureFixture[str]) -> None:
    @dataclass
    class Person:
        name: str

    configure_logging(LogFormat.JSON, "INFO")
    person = Person(CANARY)

    structlog.get_logger("ours").info(
        "x", person=person, people=[person], by={1: person}, raw=CANARY.encode()
    )
    logging.getLogger("library").info("%s %r %s", person, person, {"who": person})

    ours, library = lines(capsys)
    assert CANARY not in json.dumps([ours, library])
    assert ours["person"].endswith("Person")
    assert ours["raw"] == "bytes"


def test_plain_data_is_logged_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "INFO")
    moment = datetime(2026, 3, 8, 12, tzinfo=UTC)

    structlog.get_logger("ours").info(
        "x", at=moment, id=UUID(int=7), took=timedelta(seconds=3), mode=LogFormat.JSON, n=[1, 2.5, None, True]
    )

    (line,) = lines(capsys)
    assert datetime.fromisoformat(line["at"]) == moment
    assert (line["id"], line["took"], line["mode"]) == (str(UUID(int=7)), "0:00:03", "json")
    assert line["n"] == [1, 2.5, None, True]


def test_debug_of_libraries_is_silent_and_ours_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "DEBUG")

    logging.getLogger("temporalio.worker").debug("payload %s", CANARY)
    logging.getLogger("sqlalchemy.engine").info("INSERT %s", CANARY)
    logging.getLogger("httpx").info("POST https://x.example/%s", CANARY)
    structlog.get_logger("ours").debug("claimed")

    assert [line["event"] for line in lines(capsys)] == ["claimed"]


def test_our_lines_below_the_level_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "WARNING")

    structlog.get_logger("ours").info("claimed")
    logging.getLogger("library").info("claimed")

    assert lines(capsys) == []


def test_the_web_servers_lines_join_ours_but_its_visits_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler())
    logging.getLogger("uvicorn").propagate = False
    configure_logging(LogFormat.JSON, "INFO")

    logging.getLogger("uvicorn.error").info("Application startup complete.", extra={"color_message": CANARY})
    logging.getLogger("uvicorn.access").info('%s - "GET /s/%s"', "192.0.2.7", CANARY)

    (line,) = lines(capsys)
    assert line["event"] == "Application startup complete."
    assert "color_message" not in line


def test_configuring_twice_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger("ours")
    configure_logging(LogFormat.CONSOLE, "INFO")
    configure_logging(LogFormat.JSON, "INFO")

    log.info("once")

    assert [line["event"] for line in lines(capsys)] == ["once"]


def test_what_temporal_repeats_of_an_error_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "INFO")
    log = logging.getLogger("temporalio.activity")

    log.warning("Completing as failure during heartbeat with error of type %s: %s", "ValueError", CANARY)
    log.error("Exception handling failed, original error: %s", CANARY)

    assert [line["event"] for line in lines(capsys)] == [
        "Completing as failure during heartbeat with error of type",
        "Exception handling failed, original error",
    ]


def test_the_ids_that_temporals_loggers_add_become_keys(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "INFO")
    ids = {"attempt": 2, "workflow_id": "action/7", "namespace": "default"}

    logging.getLogger("temporalio.workflow").info(
        f"phase_changed ({ids})",  # noqa: G004 - as the SDK does
        extra={"temporal_workflow": ids, "phase": "signing", "person": SimpleNamespace(name=CANARY)},
    )

    (line,) = lines(capsys)
    assert (line["event"], line["attempt"], line["workflow_id"], line["phase"]) == (
        "phase_changed",
        2,
        "action/7",
        "signing",
    )
    assert line["person"] == "SimpleNamespace"
    assert "namespace" not in line


def test_a_record_whose_arguments_do_not_fit_is_logged_without_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(LogFormat.JSON, "INFO")

    logging.getLogger("library").info("%d of %d", CANARY)  # noqa: PLE1206 - what is tested

    assert [line["event"] for line in lines(capsys)] == ["%d of %d"]


def test_a_record_that_cannot_be_written_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    class Unprintable(dict[str, str]):
        def items(self) -> Any:
            raise RuntimeError(CANARY)

    configure_logging(LogFormat.JSON, "INFO")

    logging.getLogger("library").info("%(a)s", Unprintable(a=CANARY))

    written = capsys.readouterr().err
    assert "log_record_unwritable logger=library" in written
    assert CANARY not in written
