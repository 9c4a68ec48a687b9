"""Whatever way an exception takes into the logs, what it says stays out."""

import asyncio
import gc
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from logs import LogFormat, configure_logging

ROOT = Path(__file__).parents[3]
CANARY = "Berta-Canary-4410"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()


def fail_deep_inside(message: str) -> None:
    secret_local = message
    raise LookupError(message, secret_local)


def fail_twice(message: str) -> None:
    try:
        fail_deep_inside(message)
    except LookupError as error:
        raise RuntimeError(f"no luck with {message}") from error


def caught() -> Exception:
    with pytest.raises(RuntimeError) as raised:
        fail_twice(CANARY)
    return raised.value


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert not captured.out
    return [json.loads(line) for line in captured.err.splitlines()]


def log_by_structlog(error: Exception) -> None:
    structlog.get_logger("ours").error("send_failed", exc_info=error, delivery_id=7)


def log_by_structlog_in_handler(error: Exception) -> None:
    try:
        raise error
    except RuntimeError:
        structlog.get_logger("ours").exception("send_failed", delivery_id=7)


def log_by_stdlib(error: Exception) -> None:
    logging.getLogger("library").error("send_failed", exc_info=error)


def log_by_stdlib_in_handler(error: Exception) -> None:
    try:
        raise error
    except RuntimeError:
        logging.getLogger("library").exception("send_failed: %s", error)


def log_as_argument(error: Exception) -> None:
    logging.getLogger("library").error("send_failed: %s and %s", error, [error])


def log_as_message(error: Exception) -> None:
    logging.getLogger("library").error(error)


def log_as_value(error: Exception) -> None:
    structlog.get_logger("ours").error("send_failed", error=error, errors=[error], by={"x": error})


def log_written_into_the_message(error: Exception) -> None:
    logging.getLogger("library").error(f"send_failed {error} {error!r}", exc_info=error)  # noqa: G004 - libraries do it


WAYS = [
    log_by_structlog,
    log_by_structlog_in_handler,
    log_by_stdlib,
    log_by_stdlib_in_handler,
    log_as_argument,
    log_as_message,
    log_as_value,
    log_written_into_the_message,
]


@pytest.mark.parametrize("log_format", LogFormat)
@pytest.mark.parametrize("way", WAYS)
def test_what_an_exception_says_is_never_logged(
    capsys: pytest.CaptureFixture[str], log_format: LogFormat, way: Any
) -> None:
    configure_logging(log_format, "DEBUG")

    way(caught())

    written = capsys.readouterr().err
    assert "RuntimeError" in written
    assert CANARY not in written


def test_the_canary_is_found_where_it_is_logged_on_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")

    logging.getLogger("library").error(CANARY)

    assert CANARY in capsys.readouterr().err


@pytest.mark.parametrize("way", WAYS[:4])
def test_an_exception_is_logged_as_types_and_places(capsys: pytest.CaptureFixture[str], way: Any) -> None:
    configure_logging(LogFormat.JSON, "INFO")

    way(caught())

    (line,) = lines(capsys)
    assert [link["type"] for link in line["exception"]] == ["RuntimeError", "LookupError"]
    file, number, function = line["exception"][1]["frames"][-1].rsplit(":", 2)
    assert (file, function) == (__file__, "fail_deep_inside")
    assert int(number) > 0


def test_an_exception_is_readable_on_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.CONSOLE, "INFO")

    log_by_structlog(caught())

    written = capsys.readouterr().err.splitlines()
    assert "send_failed" in written[0]
    assert "delivery_id=7" in written[0]
    assert written[1] == "RuntimeError"
    assert written[2].startswith(f"  at {__file__}:")
    assert "LookupError" in written


def test_the_members_of_an_exception_group_are_logged_as_types(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "INFO")

    log_by_structlog(ExceptionGroup(CANARY, [ValueError(CANARY), KeyError(CANARY)]))

    (line,) = lines(capsys)
    assert [link["type"] for link in line["exception"]] == ["ExceptionGroup", "ValueError", "KeyError"]
    assert CANARY not in json.dumps(line)


def test_a_circle_of_causes_and_a_deep_recursion_end(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LogFormat.JSON, "INFO")
    first, second = ValueError(CANARY), KeyError(CANARY)
    first.__cause__, second.__cause__ = second, first

    log_by_structlog(first)
    try:
        json.loads("[" * 100_000)
    except RecursionError as error:
        log_by_structlog(error)

    circle, recursion = lines(capsys)
    assert [link["type"] for link in circle["exception"]] == ["ValueError", "KeyError"]
    assert len(recursion["exception"][0]["frames"]) <= 40


def test_a_failed_task_that_nobody_awaited_is_logged_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(_name: str) -> None:
        raise ValueError(CANARY)

    async def forget() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(fail_deep_inside, CANARY)
        task = asyncio.create_task(fail(CANARY), name=CANARY)
        await asyncio.wait([task])
        del task
        gc.collect()

    configure_logging(LogFormat.JSON, "INFO")
    asyncio.run(forget())

    written = lines(capsys)
    assert {line["exception"][0]["type"] for line in written} == {"LookupError", "ValueError"}
    assert CANARY not in json.dumps(written)


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("raise ValueError(canary)", "uncaught_exception"),
        (
            "import threading; threading.Thread(target=int, args=(canary,)).start()",
            "uncaught_exception_in_thread",
        ),
        ("X = type('X', (), {'__del__': lambda self: int(canary)}); X()", "unraisable_exception"),
    ],
)
def test_an_uncaught_exception_is_logged_without_its_words(code: str, event: str) -> None:
    program = f"import logs; logs.configure_logging('json', 'INFO'); canary = '{CANARY}'; {code}"

    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    (line,) = map(json.loads, ended.stderr.splitlines())
    assert line["event"] == event
    assert line["exception"][0]["type"] == "ValueError"
    assert CANARY not in ended.stderr
