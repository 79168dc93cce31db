"""The offices that assess, seal, look back, make law and watch: each command under the one login it is for, and
under another's. A day passes here, because nothing can be compared before one has."""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.request import urlopen

import streams
from monitoring.catalogue import LOOKED
from monitoring.labels import LOOK
from streams import clock
from streams.law import loader
from streams.reader import Reader
from streams.security import local as locks
from streams.setup import clock_log
from tests.secure.attempts import ALLOWED, DENIED, Denied, Fate, attempt
from tests.secure.attempts_clickhouse import rows
from tests.secure.attempts_commands import LOOK as WHO
from tests.secure.attempts_commands import command
from tests.secure.stand import PATIENCE_S, Stand

TODAY = clock.today_here()
MONTH = f"{TODAY.replace(day=1) - timedelta(days=1):%Y-%m}"  # the last that is over
_BEHIND = "has not passed"  # NotPassed: the workers are about to
Words = Callable[[Stand], tuple[str, ...]]


def subject(stand: Stand) -> str:
    return str(rows(stand, "auditor", "SELECT min(subject) FROM decisions")[0][0])


def draft(stand: Stand) -> Path:
    """Law files of which the title alone is new."""
    folder = stand.folder / "draft"
    if not folder.exists():
        release = Path(streams.__file__).parent / "law"
        shutil.copytree(release, folder, ignore=shutil.ignore_patterns("*.py*", "__pycache__"))
        book = folder / "book.yaml"
        book.write_text(book.read_text(encoding="utf-8").replace("法律簿", "法律簿（稿）"), encoding="utf-8")
    return folder


def day_passes(stand: Stand) -> None:
    """Tomorrow begins, by the clock's own login: the command would refuse a day of the future."""

    async def tick() -> None:
        reader = Reader(stand.settings, stand.addresses.kafka)
        async with clock.opened(clock_log(reader), reader.codec, reader.shelf) as writer:
            await writer.tick_to(tomorrow())

    with patch.dict(os.environ, stand.environment("clock")):
        asyncio.run(tick())


def tomorrow() -> date:
    return TODAY + timedelta(days=1)


def what_if(stand: Stand, account: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            command(stand, account, "what-if", "--law", str(draft(stand)), *WHO)
        except AssertionError as fault:
            if _BEHIND not in str(fault) or time.monotonic() > deadline:
                raise
            time.sleep(1)
        else:
            return


def activation(stand: Stand) -> tuple[str, ...]:
    """Of the draft, on the strength of the report that is there; of none where nobody has made one."""
    reports = sorted((stand.folder / "what-if").glob("*.json"))
    report = reports[0].stem if reports else "e" * 64
    digest = loader.load(draft(stand)).digest
    return ("law", "activate", digest, "--from", f"{tomorrow()}", "--what-if", report)


def _try(account: str, told: str, words: Words, expected: Fate) -> None:
    @attempt(account, f"chengxin {told}", expected)
    def _(stand: Stand) -> None:
        command(stand, account, *words(stand))


def _same(*words: str) -> Words:
    return lambda stand: words


def _standing(stand: Stand) -> tuple[str, ...]:
    return ("standing", subject(stand), "--at", f"{TODAY}", "--known", f"{TODAY}", *WHO)


def _publish(stand: Stand) -> tuple[str, ...]:
    return ("law", "publish", str(draft(stand)))


_FREEZE = ("assess", "freeze", "--month", MONTH)
for _one in (
    ("standing", "standing A_SUBJECT --at --known", _standing, ALLOWED),
    ("explain", "standing A_SUBJECT --at --known", _standing, DENIED),
    ("assessment", f"bulletin --month {MONTH}", _same("bulletin", "--month", MONTH), ALLOWED),
    ("auditor", " ".join(_FREEZE), _same(*_FREEZE), DENIED),
    ("assessment", " ".join(_FREEZE), _same(*_FREEZE), ALLOWED),
    (
        "assessment", f"assess export --month {MONTH}",
        _same("assess", "export", "--month", MONTH, "--out", "given", "--keys", "units.json"), ALLOWED,
    ),
    ("auditor", "audit seal", _same("audit", "seal"), DENIED),
    ("sealer", "audit seal", _same("audit", "seal"), ALLOWED),
    ("sealer", "audit verify", _same("audit", "verify"), ALLOWED),
    ("assessment", "audit verify", _same("audit", "verify"), DENIED),
    ("what_if", "law publish DRAFT", _publish, DENIED),
    ("law", "law publish DRAFT", _publish, ALLOWED),
    ("law", f"clock tick --to {TODAY}", _same("clock", "tick", "--to", f"{TODAY}"), DENIED),
    ("clock", f"clock tick --to {TODAY}", _same("clock", "tick", "--to", f"{TODAY}"), ALLOWED),
):  # fmt: skip
    _try(*_one)


@attempt("what_if", "chengxin what-if --law DRAFT, with single proposals", ALLOWED)
def _compare(stand: Stand) -> None:
    day_passes(stand)
    what_if(stand, "what_if")


@attempt("law", "chengxin what-if --law DRAFT", DENIED)
def _compare_as_law(stand: Stand) -> None:
    what_if(stand, "law")


_try("law", "law activate DRAFT --what-if REPORT", activation, DENIED)
_try("clock", "law activate DRAFT --what-if REPORT", activation, ALLOWED)


def _looks(stand: Stand, account: str) -> dict[str, float]:
    """When an exporter under the login saw what, by look, as its metrics say it."""
    name = f"exporter as {account}"
    stand.children.start(name, "streams.cli.main", "exporter", environment=locks.own(stand.settings, account))
    deadline, seen = time.monotonic() + PATIENCE_S, dict[str, float]()
    try:
        while seen.keys() != LOOK.values and time.monotonic() < deadline:
            time.sleep(1)
            assert name not in stand.children.ended(), stand.children.log(name).read_text()
            try:
                with urlopen(stand.children.metrics[name], timeout=10) as answer:
                    text = answer.read().decode()
            except OSError:
                continue  # it is not up yet
            stand.outputs[f"metrics of the {name}"] = text
            pairs = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(f"{LOOKED.name}{{")]
            seen = {json.loads(labels.partition("=")[2].rstrip("}")): float(at) for labels, at in pairs}
            if "AuthorizationFailed" in stand.children.log(name).read_text():
                raise Denied(f"it sees {', '.join(sorted(seen)) or 'nothing'} and no more")
    finally:
        stand.outputs[f"log of the {name}"] = stand.children.log(name).read_text()
        stand.children.send(name, signal.SIGTERM)
        stand.children.leave(name)
        del stand.children.metrics[name]
    return seen


@attempt("exporter", "chengxin exporter: sees all that it has to", ALLOWED)
def _watch(stand: Stand) -> None:
    assert _looks(stand, "exporter").keys() == LOOK.values


@attempt("assessment", "chengxin exporter", DENIED)
def _watch_as_assessment(stand: Stand) -> None:
    assert _looks(stand, "assessment").keys() == LOOK.values
