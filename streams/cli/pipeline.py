"""``chengxin run``, ``verify`` and ``rerun``: the whole flow on this machine, and the oracle over it."""

import contextlib
import secrets
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.screen import Json, answer, screen

if TYPE_CHECKING:
    from streams.oracle.verify import Verification
    from streams.settings import Settings

RECORDS = 20_000


def run(
    once: Annotated[bool, typer.Option(help="end by itself, on fresh data that is removed at the end")] = False,
    workers: Annotated[int, typer.Option(min=1, help="worker processes")] = 2,
    records: Annotated[int, typer.Option(min=400, help="records of the sample")] = RECORDS,
) -> None:
    """Start servers and agents, publish a sample as departments would, show what followed; stay up until Ctrl-C."""
    from streams.run import cleanup
    from streams.run.alone import alone
    from streams.run.session import session
    from streams.security import local as locks
    from streams.settings import Settings

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the run in order
    console = screen()
    with contextlib.ExitStack() as stack:
        settings = stack.enter_context(_fresh(Settings())) if once else Settings()
        stack.enter_context(alone(settings.data_dir))
        found = stack.enter_context(locks.running(settings))
        if once:
            stack.callback(cleanup.remove, settings, found)
        outcome = stack.enter_context(
            session(settings, found, console, workers=workers, records=records, stays_up=not once)
        )
        if not once:
            console.print("运行中,按 Ctrl-C 结束 / running until Ctrl-C")
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(1)
                    outcome.children.check()
    typer.echo(outcome.result.as_json())
    if (outcome.result.oracle, outcome.result.auditor) != ("match", "match"):
        raise typer.Exit(1)


@contextlib.contextmanager
def _fresh(settings: "Settings") -> "Iterator[Settings]":
    """Settings on data of their own; on given servers a fresh prefix and database, both removed at the end. The keys
    are derived from the sample's seed, so that every such run makes the same decisions, byte for byte."""
    from streams.identity import Keyring
    from streams.run.pipeline import SEED
    from topics.catalogue import Catalogue

    name = uuid.uuid4().hex[:8]
    folder = Path(tempfile.mkdtemp(prefix="chengxin-"))
    fresh = {"data_dir": folder, "prefix": f"once{name}.", "database": f"chengxin_once_{name}"}
    try:
        made = settings.model_copy(update=fresh)
        Keyring.derive(made.keys_dir, Catalogue.load().channels, SEED)
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def verify(json: Json = False) -> None:
    """Work everything out again from the topics and compare; exit 1 at the first difference."""
    from streams import addresses, oracle
    from streams.app import Parts
    from streams.settings import Settings

    settings = Settings()
    found = addresses.find(settings)
    verification = oracle.verify(Parts(settings, found.kafka), found.clickhouse)
    if json:
        first = verification.difference
        answer({**verification._asdict(), "match": first is None, "difference": first and first._asdict()})
    else:
        _tell(verification)
    if verification.difference is not None:
        raise typer.Exit(1)


def _tell(verification: "Verification") -> None:
    for name, number in verification.checked.items():
        typer.echo(f"{name}: {number}")
    for name, number in verification.expired.items():
        typer.echo(f"{name}: {number} 已过保存期，无法复算 / expired, could not be worked out again")
    typer.echo(str(verification))


def rerun(
    number: Annotated[int, typer.Option(min=1, help="how many decisions; all where there are fewer")] = 1_000,
    seed: Annotated[int | None, typer.Option(help="which ones; not given: drawn, and told")] = None,
) -> None:
    """Make old decisions again, at random, each from its stored event, the schema it was written in and the law book it
    names; exit 1 where one does not come out byte for byte. The last line is JSON."""
    import msgspec

    from streams import addresses
    from streams.oracle import history
    from streams.oracle.rerun import Rerun
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    reader = Reader(settings, addresses.find_kafka(settings))
    topics = [reader.catalogue.name(family) for family in ("accepted", "decisions")]
    read = history.read(reader.bootstrap, topics, settings.prefix)
    chosen = secrets.randbelow(1 << 32) if seed is None else seed
    tally = Rerun(read, reader.codec, reader.shelf.get).at_random(number, chosen)
    for difference in tally.first:
        typer.echo(str(difference))
    said = {"rerun": tally.rerun, "equal": tally.equal, "different": tally.different, "seed": chosen}
    typer.echo(msgspec.json.encode(said).decode())
    if tally.different:
        raise typer.Exit(1)
