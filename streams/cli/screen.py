"""The console of our commands: as wide as the terminal, and wide enough for tables where there is none."""

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

_WIDTH = 120
Json = Annotated[bool, typer.Option("--json", help="one line of JSON and nothing else")]


def screen(plain: bool = False, *, json: bool = False) -> Console:
    """A console for stdout. Off a terminal it has no colour and the width of COLUMNS, or a fixed one. What the Kafka
    clients log is silenced: our own messages say it once. Workers and the sink keep their clients' logs.

    ``plain``: for what departments wrote. A document number with brackets is no markup: it would vanish, or stop us.
    ``json``: it shows nothing, because the answer will be one line of JSON.
    """
    for library in ("kafka", "aiokafka"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH
    return Console(width=width, markup=not plain, emoji=not plain, quiet=json)


def answer(said: object) -> None:
    """Print one line of JSON."""
    import msgspec

    typer.echo(msgspec.json.encode(said).decode())


def tell(faults: Sequence[Exception]) -> None:
    """Print each fault of an author's files, whole, on stderr and end with 1; return quietly if there is none."""
    if not faults:
        return
    errors = Console(stderr=True)
    for fault in faults:
        errors.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    errors.print(f"{len(faults)} faults", style="red")
    raise typer.Exit(1)
