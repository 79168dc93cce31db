"""The documents as tests see them: pages, their commands, and where each command is run."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = tuple(
    sorted(
        place.relative_to(ROOT).as_posix()
        for pattern in ("*.md", "docs/**/*.md", "*/README.md", "streams/*/README.md", "tests/*/README.md")
        for place in ROOT.glob(pattern)
        if not {"build", ".venv"} & set(place.relative_to(ROOT).parts)
    )
)
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"\b(chengxin|make) [a-z]|\bcurl ")

# Pages whose commands a test runs: as they stand, but for the day, the folder or the address that a test must choose.
RUN_BY = {
    "README.md": "test_docs_first_record::test_the_first_record_of_the_readme",
    "docs/assessment.md": "test_assessment_command::test_the_month_is_told_frozen_told_again_and_given_to_an_evaluator",
    "docs/department.md": "test_end_to_end_kit::test_the_guides_commands_work_as_they_stand",
    "docs/operator.md": "test_end_to_end_guides::test_the_commands_of_a_guide_do_what_it_says",
    "docs/portal.md": "test_end_to_end_pages::test_the_commands_of_the_portals_guide_do_what_it_says",
    "docs/subscriber.md": "test_end_to_end_subscriber::test_every_command_of_the_guide_does_what_it_says",
    "docs/watcher.md": "test_end_to_end_guides::test_the_commands_of_a_guide_do_what_it_says",
    "streams/law/README.md": "test_guide::test_the_example_of_the_guide_is_a_good_book",
}
# Pages whose commands no test runs with the page's words: `make secure-check` and other tests try each with words of
# their own, under the login it is meant for; the test compares the two lists.
TRIED_BY = {"docs/security.md": "test_security_guide::test_every_command_of_the_guide_is_tried_somewhere"}
# Commands of those pages, and of others, that none runs, each with the reason.
NOT_RUN = {
    ("README.md", "make run"): "it stays until Ctrl-C; tests/browser runs it for `make screenshots`",
    ("README.md", "make test"): "it is what runs this test",
    ("README.md", "make venv && export PATH=$PWD/.venv/bin:$PATH CHENGXIN_CHANNEL=court"): "the test has both already",
    (
        "docs/audit.md",
        "chengxin audit seal --follow --copy /elsewhere/seals.jsonl",
    ): "tests/audit seals in other folders, tests/end_to_end/test_end_to_end_guides.py with --follow",
    (
        "docs/audit.md",
        "chengxin audit verify --copy /elsewhere/seals.jsonl --public-key /elsewhere/seal.pub",
    ): "tests/audit, in other folders",
    (
        "docs/operator.md",
        "chengxin clock run",
    ): "it would let all days from the sample's to today pass; tests/run/test_run_clock.py tries what it does each day",
    ("docs/portal.md", "chengxin up && chengxin portal &"): "the test has both already, at another address",
    ("tests/cases/README.md", "chengxin cases run tests/cases"): "`make test` runs it first of all",
    ("docs/console.md", "chengxin console"): "tests/browser opens its pages; tests/console",
    (
        "docs/console.md",
        "chengxin token officer --channel credit --officer R-17 --purpose audit",
    ): "docs/portal.md has the same command for another department",
    ("monitoring/README.md", "chengxin exporter"): "tests/end_to_end/test_end_to_end_monitoring.py starts it",
    ("monitoring/README.md", "chengxin prometheus"): "tests/end_to_end/test_end_to_end_monitoring.py runs one",
}


class Command(NamedTuple):
    page: str
    line: str  # without the remark behind it


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def lines(text: str) -> list[str]:
    """The lines of all code blocks, without the remarks behind them, continued lines joined."""
    found = []
    for block in _FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            found.append(re.sub(r"\s+#(\s.*)?$", "", line).strip())
    return found


def commands() -> list[Command]:
    """Every line of a code block that calls `chengxin` or `make`."""
    return [Command(page, line) for page in PAGES for line in lines(read(page)) if _OURS.search(line)]
