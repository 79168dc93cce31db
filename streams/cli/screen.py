"""The console of our commands: as wide as the terminal, and wide enough for tables where there is none."""

import logging
import sys

from rich.console import Console

_WIDTH = 120


def screen() -> Console:
    """A console for stdout. Off a terminal it has no colour and a fixed width. What the Kafka clients log is silenced:
    our own messages say it once. Workers and the sink keep their clients' logs."""
    for library in ("kafka", "aiokafka"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH)
