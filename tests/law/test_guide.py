"""The authoring guide: its example loads; without a citation, a day or a case the check says what to add."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from streams.cli.law import app
from streams.cli.law_report import CASES
from streams.law.loader import FOLDER

BLOCK = re.compile(r"```yaml\n# (\S+/example\.yaml|memoranda/\S+\.yaml)\n(.*?)```", re.DOTALL)
VERSION = "memoranda/M-EXAMPLE.v1.yaml"
Changed = Callable[..., Path]


class Draft:
    """The book of this release with the guide's example in it, and the example's cases beside those of the release."""

    def __init__(self, law: Path, cases: Path) -> None:
        self.law = law
        self.cases = cases
        for name, text in BLOCK.findall((FOLDER / "README.md").read_text(encoding="utf-8")):
            self.path(name).write_text(text, encoding="utf-8")

    def path(self, name: str) -> Path:
        return self.cases / Path(name).name if name.startswith("cases/") else self.law / name

    def change(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")

    def run(self, command: str, *more: str) -> Result:
        return CliRunner().invoke(app, [command, str(self.law), "--cases", str(self.cases), *more])


@pytest.fixture
def draft(tmp_path: Path, changed: Changed) -> Draft:
    shutil.copytree(CASES, tmp_path / "cases", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Draft(changed(), tmp_path / "cases")


def test_the_example_of_the_guide_is_a_good_book(draft: Draft, tmp_path: Path) -> None:
    result = draft.run("check")
    assert result.exit_code == 0, result.stderr
    assert "M-EXAMPLE.v1/3" in result.stdout
    report = draft.run("report", "--html", str(tmp_path / "r.html"), "--on", "2026-11-28")
    assert report.exit_code == 0, report.output
    assert "关于对示例领域严重失信人开展联合惩戒的合作备忘录" in (tmp_path / "r.html").read_text(encoding="utf-8")


PAPER, ITEM = "instruments/example.yaml: rows[M-EXAMPLE]", "items/example.yaml: rows[EXAMPLE_LISTING]"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("    source: ", f"{PAPER}: 'source' is missing. Add source: where it was read"),
        ("    checked: ", f"{PAPER}: 'checked' is missing. Add checked: the day on which the source was looked at"),
        ("    clause: ", f"{ITEM}: 'clause' is missing. Add clause: the place in the law"),
        ("in_force_from: ", f"{VERSION}: file: 'in_force_from' is missing. Add in_force_from: first day"),
        ("in_force_to: ", f"{VERSION}: file: 'in_force_to' is missing. Add in_force_to: last day"),
        ("basis: ", f"{VERSION}: file: 'basis' is missing. Add basis: codes of instruments/"),
        ("source: ", f"{VERSION}: file: 'source' is missing. Add source: where it was read"),
    ],
)
def test_what_is_left_out_is_named_with_what_to_add(line: str, told: str, draft: Draft) -> None:
    file = told.partition(":")[0]
    lines = draft.path(file).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [one for one in lines if not one.startswith(line)]
    assert len(kept) == len(lines) - 1
    draft.path(file).write_text("".join(kept), encoding="utf-8")
    result = draft.run("check")
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_row_without_its_place_in_the_text(draft: Draft) -> None:
    draft.change(VERSION, "clause: 第3项, ", "")
    told = f"{VERSION}: rows[3]: 'clause' is missing. Add clause: the place in the text, as a person would cite it"
    assert told in draft.run("check").stderr


@pytest.mark.parametrize(("case", "lacking"), [(0, "propose its measure"), (1, "not apply")])
def test_a_row_with_one_case_only(case: int, lacking: str, draft: Draft) -> None:
    parts = draft.path("cases/example.yaml").read_text(encoding="utf-8").split("  - name: ")
    del parts[1 + case]
    draft.path("cases/example.yaml").write_text("  - name: ".join(parts), encoding="utf-8")
    result = draft.run("check")
    assert result.exit_code == 1
    assert f"{VERSION}: rows[3]: no case shows M-EXAMPLE.v1/3 {lacking}. Add a case" in result.stderr


def test_a_case_without_citation(draft: Draft) -> None:
    draft.change("cases/example.yaml", "cites: 示例〔2018〕1号 第3项", 'cites: ""')
    assert "example.yaml: case 1" in draft.run("check").stderr
    assert "cites: name the article the expectation rests on" in draft.run("check").stderr


def test_a_measure_that_two_rows_send_to_one_body(draft: Draft, tmp_path: Path) -> None:
    draft.change(VERSION, "items: [EXAMPLE_LISTING]", "items: [EXAMPLE_LISTING, COURT_DEFAULTER_LISTING]")
    result = draft.run("report", "--html", str(tmp_path / "r.html"))
    assert result.exit_code == 1
    assert "M-141.v1/12 and M-EXAMPLE.v1/3 propose key_supervision" in " ".join(result.stdout.split())


def test_an_amendment_needs_its_days_and_its_cases(draft: Draft) -> None:
    text = draft.path(VERSION).read_text(encoding="utf-8")
    second = "memoranda/M-EXAMPLE.v2.yaml"
    draft.path(second).write_text(
        text.replace("version: 1", "version: 2").replace("in_force_from: 2018-02-01", "in_force_from: 2019-07-01"),
        encoding="utf-8",
    )
    assert (
        f"{second}: in_force_from: in force on the same day as {VERSION}. Let the earlier" in draft.run("check").stderr
    )
    draft.change(VERSION, "in_force_to: 2020-12-06", "in_force_to: 2019-06-30")
    told = draft.run("check").stderr
    assert f"{second}: rows[3]: no case shows M-EXAMPLE.v2/3 propose its measure" in told
    assert f"{second}: rows[3]: no case shows M-EXAMPLE.v2/3 not apply" not in told  # the first version's case shows it
    cases = draft.path("cases/example.yaml")
    cases.write_text(
        cases.read_text(encoding="utf-8")
        + "  - name: A listing under the second version\n"
        + "    cites: 示例〔2018〕1号 第3项\n"
        + "    law_on: 2019-07-01\n"
        + "    when: {determination: {item: EXAMPLE_LISTING}}\n"
        + "    then: {rules: [M-EXAMPLE.v2/3]}\n",
        encoding="utf-8",
    )
    assert draft.run("check").exit_code == 0
