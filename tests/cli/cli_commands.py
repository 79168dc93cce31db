"""Every command there is, and the least that each wants to hear; ``called`` calls one as the shell would."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest
import typer.main

from streams.cli import main
from streams.cli.screen import screen

DAY, MONTH, ID = "2026-10-01", "2026-10", "0" * 32
WHO = ("--officer", "T-1", "--purpose", "audit")
GOOD: dict[str, tuple[str, ...]] = {  # what a command needs beside its name; the others need nothing
    "kit": ("kit",),
    "template": ("COURT_DEFAULTER_LISTING",),
    "validate": ("rows.csv", "--channel", "court"),
    "publish": ("rows.csv", "--channel", "court", "--record", "CreditDetermination"),
    "receipts": ("--channel", "court"),
    "redrive": ("rows.csv", "--channel", "court", "--record", "CreditDetermination"),
    "return": ("--channel", "court", "--month", MONTH, "--out", "return.csv"),
    "contract": ("contract-kit",),
    "explain": (ID, *WHO),
    "standing": (ID, "--at", DAY, "--known", DAY, *WHO),
    "what-if": ("--law", "draft"),
    "bulletin": ("--month", MONTH),
    "assess freeze": ("--month", MONTH),
    "assess export": ("--month", MONTH, "--out", "given", "--keys", "units.json"),
    "token officer": ("--channel", "court", *WHO),
    "backup": ("keys.backup", "--passphrase-file", "passphrase"),
    "restore": ("keys.backup", "--passphrase-file", "passphrase"),
    "law activate": ("f" * 64, "--from", DAY),
    "cases run": ("cases",),
    "clock tick": ("--to", DAY),
    "topics grow": ("draft",),
    "keys retire": ("1",),
    "sample": ("--out", "sample", "--records", "400"),
}
STARTS_SERVERS = {"run", "up", "load", "chaos"}  # of their own: with sound words they would work for minutes

OFFLINE = {  # these ask no server
    *("down", "status", "kit", "template", "validate", "contract", "registry", "law report", "law check", "cases run"),
    *("token officer", "token person", "topics list", "topics docs", "topics bodies", "sample", "prometheus"),
}


class Command(NamedTuple):
    name: str
    parameters: tuple[Any, ...]
    does: Any  # the function behind it

    @property
    def shows(self) -> bool:
        """Whether anything that it calls among the commands' modules takes the console, by which tables are shown."""
        return _takes(inspect.unwrap(self.does), screen, set())

    @property
    def words(self) -> tuple[str, ...]:
        return (*self.name.split(), *GOOD.get(self.name, ()))

    def without(self, parameter: Any) -> tuple[str, ...]:
        """The words without a parameter that is wanted."""
        words = list(GOOD[self.name])
        if parameter.param_type_name == "argument":
            return (*self.name.split(), *words[1:])
        while parameter.opts[0] in words:
            place = words.index(parameter.opts[0])
            del words[place : place + 2]
        return (*self.name.split(), *words)

    def with_(self, parameter: Any, value: str) -> tuple[str, ...]:
        """The words with another value for a parameter."""
        if parameter.param_type_name == "argument":
            rest = GOOD.get(self.name, ("",))[1:]
            return (*self.name.split(), value, *rest)
        words = self.without(parameter) if parameter.required else self.words
        return (*words, parameter.opts[0], value)


def _takes(function: FunctionType, wanted: FunctionType, seen: set[FunctionType]) -> bool:
    """Whether a function names ``wanted``, or another of the commands' modules that does."""
    if function is wanted:
        return True
    seen.add(function)
    codes = [function.__code__, *(one for one in function.__code__.co_consts if isinstance(one, CodeType))]
    named = [function.__globals__.get(name) for code in codes for name in code.co_names]
    ours = [one for one in named if isinstance(one, FunctionType) and one.__module__.startswith("streams.cli")]
    return any(_takes(one, wanted, seen) for one in ours if one not in seen)


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[Command]:
    commands = getattr(command, "commands", {})
    if not commands or command.invoke_without_command:
        yield Command(" ".join(path), tuple(one for one in command.params if one.name != "help"), command.callback)
    for name, one in commands.items():
        yield from _walk(one, (*path, name))


COMMANDS = tuple(_walk(typer.main.get_command(main.app), ()))


class Said(NamedTuple):
    code: int
    out: str
    err: str


def called(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Exit code and what was said; whatever a user would see as a traceback is raised."""
    monkeypatch.setattr(sys, "argv", ["chengxin", *words])
    capsys.readouterr()
    try:
        main.main()
        code: Any = 0
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    return Said(code or 0, out, err)


def empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder without servers, with no setting of the machine's, and with the files the words name."""
    monkeypatch.chdir(folder)
    for name in ("KAFKA_BOOTSTRAP", "CLICKHOUSE_URL", "SCHEMA_REGISTRY_URL", "CHENGXIN_CHANNEL", "CHENGXIN_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    passphrase = folder / "passphrase"
    passphrase.write_text("a passphrase that is long enough for nobody\n")
    passphrase.chmod(0o600)
