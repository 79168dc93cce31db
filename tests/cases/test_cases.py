"""Every case file holds, the runner tells what differs, and a thousand cases are quick."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from streams.cases.model import Case
from streams.cases.read import CaseFault, find, read
from streams.cases.run import run, run_case
from streams.cli.cases import app
from streams.core.law import LawBook
from streams.law.loader import load

HERE = Path(__file__).parent
CASES = [(path.stem, case) for path in find([HERE]) for case in read(path)]
# Codes that a record gets only from the identity room or the codec, with another book, or after hundreds of others.
ELSEWHERE = (
    *("EMPTY_VALUE", "RECORD_TOO_LARGE", "NOT_FRAMED", "SCHEMA_UNKNOWN", "SCHEMA_NOT_ADMITTED", "UNREADABLE"),
    *("TRAILING_BYTES", "EVENT_ID_MISSING", "IDENTIFIER_INVALID", "SYNTHETIC_NOT_ALLOWED", "CASE_REF_INVALID"),
    *("CONDUCT_END_MISSING", "VALID_UNTIL_MISSING", "VALID_UNTIL_OUTSIDE"),
    *("LEVEL_NOT_ALLOWED", "REGION_CODE_UNKNOWN", "TEXT_NOT_ALLOWED", "SUBJECT_OVERFLOW"),
)


@pytest.fixture(scope="module")
def law() -> LawBook:
    return load()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}: {case.name}") for stem, case in CASES])
def test_case(case: Case, law: LawBook) -> None:
    assert run_case(case, law) == []


def test_names_are_different() -> None:
    names = [case.name for _, case in CASES]
    assert len(names) == len(set(names))


def test_every_code_has_a_case(law: LawBook) -> None:
    words = ("code", "codes", "warnings", "decision_code")
    said = {code for _, case in CASES for word in words for code in _listed(case.then.get(word))}
    assert set(law.codes) - said - set(ELSEWHERE) == set()


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def test_every_active_rule_is_raised_by_a_case(law: LawBook) -> None:
    raised = {rule for _, case in CASES for rule in case.then.get("rules", [])}
    assert {key for key, rule in law.rules.items() if rule.active} - raised == set()


def test_every_ending_has_a_case(law: LawBook) -> None:
    reported = {reason for item in law.items.values() for reason in item.endings}
    assert reported - {case.then.get("ended") or case.then.get("lift_reason") for _, case in CASES} == set()


def test_a_thousand_cases_are_quick(law: LawBook) -> None:
    cases = [case for _, case in CASES]
    start = time.perf_counter()
    for number in range(1_000):
        run_case(cases[number % len(cases)], law)
    assert time.perf_counter() - start < 5


OF_A_CITY = """
about: x
cases:
  - name: A department of a city reports, corrects and ends through the channel of its city
    cites: 山东省社会信用条例 第十条、第十六条
    law_on: 2026-11-02
    given:
      - {on: 2026-10-01, determination: {body: SD-MARKET-370100, ground: "2", valid_until: 2027-09-30}}
      - {on: 2026-10-02, correction: {says: {valid_until: 2028-03-31}}}
    when: {ending: {reason: revoked}}
    then: {outcome: accepted, ended: revoked, ends_on: 2028-03-31, open: []}
  - name: It is asked for the last day that its document states
    cites: 山东省社会信用条例 第十条
    law_on: 2026-11-02
    when: {determination: {body: SD-MARKET-370100, ground: "2"}}
    then: {outcome: rejected, code: VALID_UNTIL_MISSING, field: valid_until}
  - name: Nobody else reports for it
    cites: 山东省社会信用条例 第十六条
    law_on: 2026-11-02
    when: {channel: market, determination: {body: SD-MARKET-370100, ground: "2", valid_until: 2028-01-01}}
    then: {outcome: rejected, code: WRONG_CHANNEL}
"""


def test_a_case_may_be_about_a_body_of_a_city_and_a_stated_last_day(tmp_path: Path, law: LawBook) -> None:
    item = law.items["COURT_DEFAULTER_LISTING"]
    ground = replace(item.grounds["2"], term_years=None, extra_years_max=0, stated_months=(12, 36))
    theirs = replace(item, providers=("market",), grounds={**item.grounds, "2": ground})
    other = replace(law, digest="a city's", items={**law.items, item.code: theirs})
    (tmp_path / "city.yaml").write_text(OF_A_CITY, encoding="utf-8")
    for case in read(tmp_path / "city.yaml"):
        assert run_case(case, other) == [], case.name


GOOD = """
about: x
cases:
  - name: n
    cites: 法释〔2013〕17号 第二条
    law_on: 2026-11-02
    when: {determination: {ground: "2"}}
    then: {outcome: accepted, ends_on: 2028-11-02}
"""

SEVERAL = """
about: x
cases:
  - name: n
    cites: 公务员法 第二十六条第四项
    when: {determination: {document_date: 2018-06-29}}
    answers:
      - {law_on: 2018-07-01, then: {rules: [M-141.v1/3, M-141.v1/10, M-141.v1/12]}}
      - {law_on: 2026-11-01, then: {rules: [CIVIL-SERVICE-2018.v1/26-4]}}
"""

BAD = {
    "a key that stands twice": (GOOD.replace("    law_on", "    name: m\n    law_on"), "stands twice"),
    "an unknown word in then": (GOOD.replace("ends_on", "ends"), "then.ends"),
    "an unknown field": (GOOD.replace("ground:", "reason:"), "unknown field `reason`"),
    "a date that is text": (GOOD.replace("law_on: 2026-11-02", "law_on: soon"), "law_on"),
    "no citation": (GOOD.replace("法释〔2013〕17号 第二条", '" "'), "cites"),
    "nothing expected": (GOOD.replace("{outcome: accepted, ends_on: 2028-11-02}", "{}"), "then"),
    "two things at once": (GOOD.replace('{ground: "2"}}', '{ground: "2"}, tick: true}'), "exactly one"),
    "time running backwards": (
        GOOD.replace("    when:", "    given: [{on: 2026-12-01, determination: {}}]\n    when:"),
        "out of order",
    ),
    "an unknown kind of subject": (GOOD.replace("{determination", "{subject: {kind: dog}, determination"), "dog"),
    "neither a day nor answers": (GOOD.replace("    law_on: 2026-11-02\n", ""), "say law_on and then"),
    "a day beside answers": (
        GOOD + "    answers: [{law_on: 2026-11-03, then: {outcome: accepted}}]\n",
        "leave out those of",
    ),
    "an answer before what is given": (
        SEVERAL.replace("    when:", "    given: [{on: 2020-01-01, determination: {}}]\n    when:"),
        "out of order",
    ),
    "no such record to repeat": (
        GOOD.replace('{determination: {ground: "2"}}', "{again: 1}"),
        "no given record number 1",
    ),
    "an answer on nothing": (
        GOOD.replace('{determination: {ground: "2"}}', "{feedback: {measure: no_aircraft, state: confirmed}}"),
        "never raised",
    ),
    "an answer that is none": (
        GOOD.replace('{determination: {ground: "2"}}', "{feedback: {obligation: abc, state: done}}"),
        "done",
    ),
    "no YAML": ("cases: [", "not readable as YAML"),
    "no case file": ("- 1", "object"),
}


@pytest.mark.parametrize(("text", "told"), [pytest.param(*pair, id=name) for name, pair in BAD.items()])
def test_a_malformed_file_is_told_with_its_name(text: str, told: str, tmp_path: Path, law: LawBook) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseFault) as caught:
        run([tmp_path], law)
    assert told in str(caught.value) and "bad.yaml" in str(caught.value)


def test_one_event_is_decided_by_the_law_of_each_day_named(tmp_path: Path, law: LawBook) -> None:
    """Design 2 rule 11: the view of 2018 stays available, and it is another than that of today."""
    path = tmp_path / "several.yaml"
    path.write_text(SEVERAL, encoding="utf-8")
    cases = read(path)
    assert [case.name for case in cases] == ["n (2018-07-01)", "n (2026-11-01)"]
    assert [run_case(case, law) for case in cases] == [[], []]
    swapped = [replace(case, then=other.then) for case, other in zip(cases, reversed(cases), strict=True)]
    assert all(run_case(case, law) for case in swapped)


def test_the_command_ends_with_what_it_counted(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(tmp_path)])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "1 passed, 0 failed")


def test_the_command_shows_what_differs(tmp_path: Path) -> None:
    (tmp_path / "differs.yaml").write_text(GOOD.replace("2028-11-02}", "2028-11-03}"), encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(tmp_path)])
    assert result.exit_code == 1
    assert "then.ends_on: expected 2028-11-03, found 2028-11-02" in result.output
    assert result.output.splitlines()[-1] == "0 passed, 1 failed"


def test_the_command_names_a_missing_folder(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", str(tmp_path / "nowhere")])
    assert result.exit_code == 2
    assert "no such file or folder" in result.output
