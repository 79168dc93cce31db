"""A question typed on a shell: the same catalogue as the portal's, and a record that claims no more than is known."""

import pytest

from sinks.portal import shell
from sinks.portal.applications import Applications
from sinks.portal.refusals import Refusal
from streams.querylog import Query, Refused
from tests.flow.flow_stand import BOOK, CATALOGUE

HERE = Applications.load(BOOK, CATALOGUE)
QUERY = Query("R-17", "audit", "explain", "a" * 32, decision_id="a" * 32)


def ask(query: Query, department: str) -> None:
    shell.record(None, query, department, HERE)  # type: ignore[arg-type]


def test_what_the_catalogue_allows_is_answered_and_on_record_as_typed(logged: list[Query]) -> None:
    ask(QUERY, "credit")
    (one,) = logged
    assert (one.officer, one.purpose, one.refused, one.channel) == ("R-17", "audit", None, None)  # no token proved it
    assert one.content == f"命令行键入 'credit'，未证实 / typed on a shell, not proved: {'a' * 32}"


@pytest.mark.parametrize(
    ("purpose", "department"),
    [
        ("objection", "credit"),  # own documents, not everything
        ("confirmation", "credit"),
        ("licensing", "market"),
        ("commendation", "credit"),
        ("curiosity", "credit"),
        ("audit", "court"),
        ("audit", ""),
    ],
)
def test_what_it_does_not_allow_is_refused_and_on_record(logged: list[Query], purpose: str, department: str) -> None:
    with pytest.raises(Refused, match=r"none of: --purpose audit \(审计监督\) --department credit"):
        ask(QUERY._replace(purpose=purpose), department)
    assert [one.refused for one in logged] == ["PURPOSE_NOT_ALLOWED"]


def test_shell_and_portal_say_the_same_of_everything_that_stands() -> None:
    for purpose in {*HERE.purposes, *BOOK.purposes, "curiosity"}:
        for department in CATALOGUE.channels:
            said = shell.allowing(HERE, department)(purpose)
            try:
                HERE.allowed(purpose, department, shell.SHOWN, shell.today())
            except Refusal as refusal:
                assert said is not None and refusal.zh in said
            else:
                assert said is None and (purpose, department) == ("audit", "credit")


def test_what_is_no_id_is_not_kept_though_it_was_typed(logged: list[Query]) -> None:
    with pytest.raises(Refused):
        ask(QUERY._replace(decision_id="990000198001010020", content="990000198001010020"), "credit")
    assert "990000" not in str(logged)
