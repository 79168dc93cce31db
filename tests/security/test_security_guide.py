"""docs/security.md names commands, settings and accounts that are there, and each command is one that is tried."""

import re
from pathlib import Path

from streams.security.rights import ADMIN, accounts
from tests.secure.attempts_commands import COMMANDS
from topics.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# what the stand itself starts, and what tests/sinks and tests/topics try
ELSEWHERE = {"up --secure", "worker", "sink", "publish", "topics apply", "migrate --rights"}


def test_every_command_of_the_guide_is_tried_somewhere() -> None:
    tried = {" ".join(words[:number]) for _, words, _ in COMMANDS for number in (1, 2)} | ELSEWHERE
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    lines = [line for block in blocks for line in block.splitlines() if "chengxin" in line]
    assert len(lines) >= 6
    for line in lines:
        words = line.partition("chengxin ")[2].split()
        assert " ".join(words[:2]) in tried or words[0] in tried, line


def test_every_account_of_the_guide_is_one() -> None:
    known = {*accounts(Catalogue.load()), ADMIN}
    table = TEXT.partition("### Accounts and rights in Kafka")[2].partition("### ")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`([a-z_.<>]+)`", row)}
    assert {"channel.<code>", "partner.<code>"} < named
    assert {name for name in named if "<" not in name} <= known
    assert {name for name in known if "." not in name} - named <= {"bureau", "notifier", "watcher"}  # no program yet


def test_every_file_that_the_guide_links_to_is_there() -> None:
    for place in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / "docs" / place).exists(), place
