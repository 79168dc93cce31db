"""One worker process: check, run, end with an exit code that says why."""

import asyncio
import logging.config
import os
import signal
import sys
import threading
import time
from typing import NoReturn

import faust
import uvloop

from streams.engine.allocator import keep_memory
from streams.engine.collector import settle
from streams.engine.runtime import EX_SOFTWARE, EngineApp
from streams.engine.selfcheck import check

EX_CONFIG = 78  # the self-check refused the set-up
STOP_S = 30.0  # a worker that has not stopped by then is ended; Kafka aborts what it left open
REPEAT_S = 10.0


class Unrepeated(logging.Filter):
    """Of one message and place, one line in REPEAT_S: aiokafka writes dozens a second while a broker is away."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("aiokafka"):
            return True
        now, place = time.monotonic(), (record.pathname, record.lineno)
        if now - self._last.get(place, -REPEAT_S) < REPEAT_S:
            return False
        self._last[place] = now
        return True


_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"unrepeated": {"()": Unrepeated}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": "line",
            "filters": ["unrepeated"],
        }
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"streams.engine": {"level": "INFO"}},
}


class EngineWorker(faust.Worker):
    """Faust's worker, except that it always ends: a start that fails half-way leaves Faust waiting for its threads."""

    _limit: threading.Timer | None = None

    def _schedule_shutdown(self, signal: signal.Signals) -> None:
        self._end_within_limit()
        super()._schedule_shutdown(signal)

    def on_worker_shutdown(self) -> None:
        self._end_within_limit()
        super().on_worker_shutdown()

    def _end_within_limit(self) -> None:
        if self._limit is None:
            self._limit = threading.Timer(STOP_S, os._exit, [EX_SOFTWARE])
            self._limit.daemon = True
            self._limit.start()


def run(app: EngineApp) -> NoReturn:
    """Run until SIGTERM or SIGINT (exit code 0). 78: the self-check refused, its findings are on stderr. 70: a bug
    or something an operator must cure stopped the worker before commit; the log has the reason.
    """
    config = app.engine.config
    findings = check(config, app.engine.agents)
    if findings:
        for finding in findings:
            print(finding, file=sys.stderr)
        raise SystemExit(EX_CONFIG)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    settle()
    keep_memory()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    logging.config.dictConfig(_LOGGING)
    worker = EngineWorker(app, loop=loop, quiet=True, redirect_stdouts=False, override_logging=False)
    worker.spinner = None  # it writes escape codes into logs
    worker.execute_from_commandline()
    raise AssertionError("execute_from_commandline does not return")
