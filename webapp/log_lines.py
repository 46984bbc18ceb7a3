"""How a line of the log looks: plain, or one JSON object a line for programs that collect logs.

It writes no line of its own and reads no clock: a record carries its instant. Of an exception the
JSON tells the kind and the places, never its text, which might hold an endpoint.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC
from datetime import datetime

PLAIN = "%(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """`time` (RFC 3339, UTC), `level`, `logger`, `message`; `error` and `where` for exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """One object in one line, all in ASCII, so that no byte of a message can end the line."""
        instant = datetime.fromtimestamp(record.created, UTC)
        told = {
            "time": f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        kind, _, places = record.exc_info or (None, None, None)
        if kind is not None:
            told["error"] = kind.__name__
            told["where"] = "".join(traceback.format_tb(places)).rstrip()
        return json.dumps(told)


def set_up_log(form: str, level: int = logging.INFO) -> None:
    """Send what this process logs to stderr in one of the two forms, in place of any before."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(PLAIN))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    if form == "json":
        logging.captureWarnings(True)
        for logger in map(logging.getLogger, ("_granian", "granian.access")):
            for each in logger.handlers:
                each.setFormatter(JsonFormatter())
