"""What people expect of a command line: help by group, JSON that is JSON, no colour where it does not belong."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from streams.cli.main import app
from tests.cli.cli_commands import COMMANDS, called, empty
from tests.kit.kit_stand import SOUND, csv

COLOUR = re.compile(r"\x1b\[[0-9;]*\b(3[0-9]|4[0-9]|9[0-7]|10[0-7])(;[0-9;]*)?m")
CHENGXIN = str(Path(sys.executable).with_name("chengxin"))
# commands that take the console and have no --json: what they show goes by, and what they answer is lines already
LINES = {
    **dict.fromkeys(("run", "load", "chaos"), "how far it is; the last line is JSON"),
    "rebuild": "how far it is; a line for each table",
    **dict.fromkeys(("backup", "restore", "keys renew", "keys retire"), "only to silence the Kafka clients' own words"),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty(tmp_path, monkeypatch)


def test_every_command_stands_under_a_heading_with_a_whole_sentence(monkeypatch: Any, capsys: Any) -> None:
    said = called(("--help",), monkeypatch, capsys)
    assert said.code == 0
    sections = re.split(r"^(\S.* / .*):$", said.out, flags=re.MULTILINE)
    assert len(sections) > 20 and "Commands:" not in said.out and "..." not in said.out.replace("COMMAND [ARGS]...", "")
    listed = re.findall(r"^  ([a-z-]+)  ", "".join(sections[2::2]), re.MULTILINE)
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_every_command_has_help(command: Any, monkeypatch: Any, capsys: Any) -> None:
    said = called((*command.name.split(), "--help"), monkeypatch, capsys)
    assert said.code == 0 and "\x1b" not in said.out
    words = [one.help for one in command.parameters if one.param_type_name == "option"]
    assert all(words), "an option without a word about it"


def test_whatever_shows_tables_can_give_json() -> None:
    """Found by the console that tables are printed on, so that a new command cannot be forgotten."""
    with_json = {one.name for one in COMMANDS if "--json" in {name for p in one.parameters for name in p.opts}}
    shown = {one.name for one in COMMANDS if one.shows}
    assert {"explain", "standing", "topics change", "law check", "return"} <= shown
    assert shown - with_json == set(LINES)


@pytest.mark.parametrize("words", ["status", "topics list", "topics bodies --region 3701", "law check", "validate"])
def test_json_is_one_line_and_nothing_else(words: str, monkeypatch: Any, capsys: Any, tmp_path: Path) -> None:
    csv(tmp_path / "rows.csv", SOUND)
    more = ("rows.csv", "--channel", "court", "--record", "CreditDetermination", "--day", "2026-11-20")
    said = called((*words.split(), *(more if words == "validate" else ()), "--json"), monkeypatch, capsys)
    assert len(said.out.splitlines()) == 1
    assert json.loads(said.out) is not None


def on_a_terminal(**environment: str) -> str:
    """What `chengxin status` and a table say on a terminal of their own."""
    parent, child = pty.openpty()
    given = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    run = subprocess.Popen(
        [CHENGXIN, "topics", "list"],
        stdin=child,
        stdout=child,
        stderr=child,
        env={**given, "TERM": "xterm", **environment},
    )
    os.close(child)
    told = b""
    while True:
        try:
            part = os.read(parent, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        told += part
    os.close(parent)
    assert run.wait(60) == 0
    return told.decode()


def test_no_colour_off_a_terminal_nor_where_it_is_not_wanted() -> None:
    assert not COLOUR.search(on_a_terminal(NO_COLOR="1"))
    done = subprocess.run([CHENGXIN, "topics", "list"], capture_output=True, text=True, check=True)
    assert "accepted" in done.stdout and "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    done = subprocess.run(
        ["bash", "-c", f"'{CHENGXIN}' topics bodies | head -n 1"], capture_output=True, text=True, check=True
    )
    assert done.stdout and "Traceback" not in done.stderr and "rror" not in done.stderr
