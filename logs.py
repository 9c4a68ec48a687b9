"""Logging for every process: structlog and the standard library through one handler, without personal data.

Messages of exceptions, their arguments and local variables can hold names and addresses, so an exception is
logged as its type and the places it came through, and a value that is not plain data is logged as its type.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from enum import Enum, StrEnum
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final, cast
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_MOST_FRAMES: Final = 40
_MOST_EXCEPTIONS: Final = 10
QUIET: Final = ("aiosmtplib", "httpcore", "httpx", "multipart", "psycopg", "python_multipart", "sqlalchemy")
_TEMPORAL_KEYS: Final = (
    "workflow_id",
    "run_id",
    "workflow_run_id",
    "workflow_type",
    "activity_type",
    "attempt",
)
_TEMPORAL_LOGGERS: Final = ("temporalio.activity", "temporalio.workflow")
_RECORD_ATTRIBUTES: Final = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message"}
_TEMPORAL_SUFFIX: Final = re.compile(r" \(\{.*\}\)$")
_TEMPORAL_ERROR_TEXT: Final = re.compile(r"(with error of type|original error).*")
_ASYNCIO_REPR: Final = re.compile(r"[(<].*")


class LogFormat(StrEnum):
    """How a log line looks."""

    JSON = "json"
    """One object a line, for machines that collect logs."""
    CONSOLE = "console"
    """For a person at a terminal."""


def configure_logging(log_format: LogFormat | str, level: str) -> None:
    """Send the logs of this process to standard error, and its uncaught exceptions with them."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_exception_messages,
        _plain_values,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Handler()
    handler.addFilter(_is_ours_or_not_debug)
    handler.setFormatter(_formatter(LogFormat(log_format), shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _tame_libraries()
    _log_uncaught_exceptions()


def _formatter(log_format: LogFormat, shared: list[Processor]) -> logging.Formatter:
    renderers: dict[LogFormat, list[Processor]] = {
        LogFormat.JSON: [structlog.processors.JSONRenderer(ensure_ascii=False)],
        LogFormat.CONSOLE: [
            _exceptions_as_text,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    }
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign_event, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers[log_format]],
        use_get_message=False,
        pass_foreign_args=True,
    )


class _Handler(logging.StreamHandler[Any]):
    """Write to standard error; unlike its base class, do not print a record that cannot be written."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the base class's
        sys.stderr.write(f"log_record_unwritable logger={record.name} line={record.lineno}\n")


def _is_ours_or_not_debug(record: logging.LogRecord) -> bool:
    """Keep libraries' debug records out at any level: they print payloads, forms and statements."""
    return hasattr(record, "_logger") or record.levelno >= logging.INFO


def _tame_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # its lines hold sign links and addresses of visitors
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _log_uncaught_exceptions() -> None:
    log = structlog.stdlib.get_logger("uncaught")

    def main_thread(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("uncaught_exception", exc_info=error)

    def other_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            log.critical("uncaught_exception_in_thread", exc_info=args.exc_value)

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        log.error("unraisable_exception", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = main_thread, other_thread, unraisable


def _foreign_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Rebuild the message of a library's record from plain arguments; bind what Temporal's loggers add."""
    record = cast("logging.LogRecord", event["_record"])
    event["event"] = _foreign_message(record, event.pop("positional_args", ()))
    if record.name in _TEMPORAL_LOGGERS:
        added = {key: value for key, value in vars(record).items() if key not in _RECORD_ATTRIBUTES}
        for details in (added.pop("temporal_workflow", {}), added.pop("temporal_activity", {})):
            event.update({key: details[key] for key in _TEMPORAL_KEYS if key in details})
        event.update({key: value for key, value in added.items() if not key.startswith("_")})
    return event


def _foreign_message(record: logging.LogRecord, args: object) -> str:
    template = str(_plain(record.msg))
    try:
        message = template % _plain_arguments(args) if args else template
    except (TypeError, ValueError, KeyError):
        message = template
    first_line = message.partition("\n")[0]
    if record.name == "asyncio":
        return _ASYNCIO_REPR.sub("", first_line).rstrip()
    if record.name.startswith("temporalio"):
        return _TEMPORAL_ERROR_TEXT.sub(r"\1", _TEMPORAL_SUFFIX.sub("", first_line))
    return first_line


def _plain_arguments(args: object) -> object:
    return tuple(map(_plain, args)) if isinstance(args, tuple) else _plain(args)


def _plain_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: value if key.startswith("_") else _plain(value) for key, value in event.items()}


def _plain(value: object) -> Any:
    """Return JSON-like data as it is, ids and times as text, and anything else as the name of its type."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, UUID | PurePath | date | time | timedelta):
        return str(value)
    return type(value).__qualname__


def _without_exception_messages(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Put the types and places of an exception, its causes and its group in place of its traceback."""
    event.pop("stack_info", None)
    error = _exception_of(event.pop("exc_info", None))
    if error is not None:
        chain = list(_chain(error))
        event["event"] = _without_texts_of(chain, event.get("event"))
        event["exception"] = [{"type": type(link).__qualname__, "frames": _frames(link)} for link in chain]
    return event


def _exception_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return cast("BaseException | None", exc_info[1])
    return sys.exception() if exc_info else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_EXCEPTIONS:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting.extend(link.exceptions)
        cause = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        if cause is not None:
            waiting.append(cause)


def _frames(error: BaseException) -> list[str]:
    """Return `file:line:function` from the outermost to the innermost, the last 40 of them."""
    walk = traceback.walk_tb(error.__traceback__)
    places = [f"{frame.f_code.co_filename}:{line}:{frame.f_code.co_name}" for frame, line in walk]
    return places[-_MOST_FRAMES:]


def _without_texts_of(chain: list[BaseException], message: object) -> str:
    """Replace what an exception says wherever a message repeats it."""
    text = str(_plain(message))
    for link in chain:
        for told in (repr(link), *map(str, (link, *link.args))):
            if len(told) > 1:
                text = text.replace(told, type(link).__qualname__)
    return text


def _exceptions_as_text(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    links = event.get("exception")
    if links:
        event["exception"] = "\n".join(
            "\n  at ".join([link["type"], *reversed(link["frames"])]) for link in links
        )
    return event
