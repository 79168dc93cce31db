"""What the documents tell people to type is there: each command, each option, and a test that runs it or a reason."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from streams.cli.main import app
from tests.docs.doc_pages import NOT_RUN, PAGES, ROOT, RUN_BY, TRIED_BY, Command, commands, read

TOP: Any = typer.main.get_command(app)
MAKE = set(re.findall(r"^([a-z-]+):.* ##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
_NOT_OPTIONS = re.compile(r"^-{1,2}[a-z]")
_ENDS = re.compile(r"^[|&;>)]|^\d?>|&&")


def _called(words: list[str]) -> None:
    """Fail unless the words are a command of ours with options that it has; values are not looked at."""
    command, path = TOP, ["chengxin"]
    while (
        words and hasattr(command, "commands") and re.fullmatch(r"[a-z-]+", words[0]) and words[0] in command.commands
    ):
        path.append(words.pop(0))
        command = command.commands[path[-1]]
    assert not hasattr(command, "commands") or command.invoke_without_command or words in ([], ["--help"]), (
        path,
        words,
    )
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    for word in words:
        if _ENDS.match(word):
            return
        assert not _NOT_OPTIONS.match(word) or word.partition("=")[0] in known, (path, word)


@pytest.mark.parametrize("command", commands(), ids=lambda one: f"{one.page}: {one.line}"[:100])
def test_a_line_of_a_code_block_calls_what_is_there(command: Command) -> None:
    for call in re.findall(r"\bchengxin ([^;&|)]+)", command.line):
        _called(shlex.split(call))
    for target in re.findall(r"\bmake ([a-z-]+)", command.line):
        assert target in MAKE


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])
def test_what_a_page_names_in_passing_is_there(page: str) -> None:
    """`chengxin this --that` and `make this`, in a sentence or a table; brackets and alternatives are taken apart."""
    for said in re.findall(r"`((?:chengxin|make) [^`\n]+)`", read(page)):
        program, *words = re.sub(r"[\[\]]", " ", said).split()
        if program == "make":
            assert words[0] in MAKE, said
            continue
        for alternative in " ".join(words).split(" | "):
            first = alternative.split()[0]
            if first.isupper() or (first not in TOP.commands and "|" in said):
                continue  # any command; or the second word of what stands before
            _called(alternative.split())


def test_every_command_is_on_the_page_of_commands() -> None:
    text = read("docs/commands.md")
    missing = [name for name in TOP.commands if not re.search(rf"`(chengxin )?{name}\b", text)]
    assert missing == []


def test_every_command_that_is_told_is_run_or_has_a_reason_why_not() -> None:
    told = {(one.page, one.line) for one in commands()}
    left = {one for one in told if one[0] not in RUN_BY | TRIED_BY} - set(NOT_RUN)
    assert left == set()
    assert set(NOT_RUN) <= told, "a reason for a command that no page tells"
    assert all(len(reason) > 10 for reason in NOT_RUN.values())


@pytest.mark.parametrize(("page", "test"), (RUN_BY | TRIED_BY).items())
def test_the_test_that_runs_a_page_is_there(page: str, test: str) -> None:
    module, _, name = test.partition("::")
    (file,) = Path(ROOT / "tests").rglob(f"{module}.py")
    assert f"def {name}(" in file.read_text(encoding="utf-8")
    assert any(one.page == page for one in commands())
