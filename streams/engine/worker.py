"""One worker process: check, run, end with an exit code that says why."""

import asyncio
import logging.config
import sys
from typing import NoReturn

import faust
import uvloop

from streams.engine.runtime import EngineApp
from streams.engine.selfcheck import check

EX_CONFIG = 78  # the self-check refused the set-up

_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "line"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"streams": {"level": "INFO"}},
}


def run(app: EngineApp) -> NoReturn:
    """Run until SIGTERM or SIGINT (exit code 0). 78: the self-check refused, its findings are on stderr. 70: a bug
    or something an operator must cure stopped the worker before commit; the log has the reason.
    """
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    findings = check(app.engine.config, app.engine.agents)
    if findings:
        for finding in findings:
            print(finding, file=sys.stderr)
        raise SystemExit(EX_CONFIG)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    logging.config.dictConfig(_LOGGING)
    worker = faust.Worker(
        app, loop=loop, quiet=True, redirect_stdouts=False, override_logging=False, daemon=True, loglevel="WARN"
    )
    worker.spinner = None  # it writes escape codes into logs
    worker.execute_from_commandline()
    raise AssertionError("execute_from_commandline does not return")
