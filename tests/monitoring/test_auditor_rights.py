"""The person's rights: switch off one of their rules in the core, let it decide, and the auditor must tell."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from audit_history import History
from audit_orders import Ordering
from audit_papers import listing
from msgspec.structs import replace

from monitoring.auditor.findings import Invariant as I
from streams.core.decisions import DecisionKind, Entry, Missed, ObligationState
from streams.core.disclosed import BureauMove, Move, PublicationMove
from streams.core.docket import Docket
from streams.core.events import CaseStep, Matter
from streams.core.facts import Facts
from streams.core.law import LawBook, Publicity
from streams.core.publication import compare

Story = Callable[[History], object]


def story(sabotage: str, off: Any, tell: Story, *found: I) -> Any:
    short = sabotage.removeprefix("streams.core.")
    return pytest.param(sabotage, off, tell, set(found), id=f"{short}: {tell.__name__}")


def objected(history: History) -> None:
    history.determination(listing())
    history.case(CaseStep.OPENED)


def objected_and_upheld(history: History) -> None:
    objected(history)
    history.case(CaseStep.UPHELD)


def objected_and_amended(history: History) -> None:
    objected(history)
    history.case(CaseStep.AMENDED)


def amended_for_long(history: History) -> None:
    objected_and_amended(history)
    history.tick("2019-03-01")


def amended_and_sent_late(history: History) -> None:
    objected(history)
    history.tick("2019-03-01")
    history.case(CaseStep.AMENDED, of="2019-01-12")


def ordered_and_sent_late(history: History) -> None:
    history.tick("2019-03-01")
    history.order("2019-01-31", of="2019-01-12")


def repaired(history: History) -> None:
    history.determination(listing())
    history.case(CaseStep.UPHELD, Matter.REPAIR)


def objected_for_long(history: History) -> None:
    objected(history)
    history.tick("2019-03-01")


def lifting_for_long(history: History) -> None:
    history.determination(listing())
    history.ending(listing())
    history.tick("2019-03-01")


def ordered_for_long(history: History) -> None:
    history.order("2019-01-31")
    history.tick("2019-02-01")


def listed(history: History) -> None:
    history.determination(listing())


def listed_until_later(history: History) -> None:
    history.determination(listing())
    history.tick("2019-01-13")


def listed_until_it_ran_out(history: History) -> None:
    history.determination(listing())
    history.tick("2020-12-07")
    history.tick("2021-01-11")


def nothing(*_: Any, **__: Any) -> tuple[()]:
    return ()


def none(*_: Any, **__: Any) -> None:
    return None


def always(*_: Any, **__: Any) -> bool:
    return True


def proves_what_is_overdue(docket: Docket, key: str | None, missed: tuple[Missed, ...]) -> None:
    """Says it, and takes the silence for the answer."""
    if not missed:
        return
    late = {one.ref for one in missed}
    changed = tuple(
        replace(one, state=ObligationState.LIFTED, version=one.version + 1)
        for one in docket.standing.obligations.get(key or "", ())
        if one.obligation_id in late
    )
    reasons = (f"{missed[0].kind.value}_overdue",)
    docket.add(DecisionKind.OVERDUE, code=reasons[0], key=key, missed=missed, changed=changed, reasons=reasons)


def feeds_at_once(facts: Facts, _: Any, now: Any) -> tuple[BureauMove, ...]:
    """Without a word to the person."""
    return tuple(
        BureauMove(Move.CHANGED, replace(one, fed_on=facts.day, version=1), one.ground)
        for one in now.values()
        if facts.ticking
    )


def feeds_as_it_tells(facts: Facts, _: Any, now: Any) -> tuple[BureauMove, ...]:
    return tuple(
        BureauMove(Move.BEGUN, replace(one, fed_on=facts.day, version=1), one.ground)
        for one in now.values()
        if not facts.ticking
    )


def shows_by_an_inactive_row(law: LawBook, entry: Entry, _: date) -> Publicity | None:
    return None if entry.ended_on is not None else law.publicity["RAIL-LIST"]


def never_withdraws(facts: Facts, standing: Any, now: Any) -> tuple[PublicationMove, ...]:
    return tuple(one for one in compare(facts, standing, now) if one.move is not Move.ENDED)


def listed_and_ended(history: History) -> None:
    history.determination(listing())
    history.ending(listing())


SABOTAGES = [
    story("streams.core.cases.close", none, objected_and_upheld, I.ENDED),
    story("streams.core.ending.lift", nothing, objected_and_upheld, I.LIVE_GROUND),
    story("streams.core.cases.told_again", nothing, objected, I.DISPUTED),
    story("streams.core.cases.correction_due", none, objected_and_amended, I.OVERDUE),
    story("streams.core.passage.decide_overdue", none, amended_for_long, I.OVERDUE),
    story("streams.core.cases.statutory", always, repaired, I.REPAIRED),
    story("streams.core.cases.lift", nothing, repaired, I.REPAIRED, I.LIVE_GROUND),
    story("streams.core.passage.decide_overdue", none, objected_for_long, I.OVERDUE),
    story("streams.core.passage.decide_overdue", none, lifting_for_long, I.OVERDUE),
    story("streams.core.passage.decide_overdue", none, ordered_for_long, I.OVERDUE),
    story("streams.core.overdue._say", proves_what_is_overdue, lifting_for_long, I.OVERDUE, I.OFFICER_ONLY),
    story("streams.core.publication.rule_on", shows_by_an_inactive_row, listed, I.PUBLIC_BY_RULE),
    story("streams.core.disclosure.publication.compare", never_withdraws, listed_and_ended, I.PUBLIC_TERM),
    story("streams.core.disclosure.publication.compare", never_withdraws, listed_until_it_ran_out, I.PUBLIC_TERM),
    story("streams.core.disclosure.bureau.compare", feeds_at_once, listed_until_later, I.BUREAU_NOTICE),
    story("streams.core.disclosure.bureau.compare", feeds_as_it_tells, listed_until_later, I.BUREAU_NOTICE),
    story("streams.core.docket.BEFORE_BUREAU", "listed", listed, I.BUREAU_NOTICE),
]


@pytest.mark.parametrize(("sabotage", "off", "tell", "found"), SABOTAGES)
def test_a_rule_switched_off_in_the_core_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story, found: set[I]
) -> None:
    honest = Ordering().start()
    tell(honest)
    assert honest.audit().findings == []

    monkeypatch.setattr(sabotage, off)
    bent = Ordering().start()
    tell(bent)
    assert found <= set(bent.audit().failed), bent.audit().findings


@pytest.mark.parametrize("tell", [amended_and_sent_late, ordered_and_sent_late])
def test_what_is_past_its_day_when_it_arrives_is_said_at_the_next_tick(
    monkeypatch: pytest.MonkeyPatch, tell: Story
) -> None:
    monkeypatch.setattr("streams.core.passage.decide_overdue", none)  # nobody says anything
    history = Ordering().start()
    tell(history)
    assert history.audit().findings == []
    history.tick("2019-03-02")
    assert I.OVERDUE in history.audit().failed
