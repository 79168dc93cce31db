"""Random histories of one subject, of every kind of record there is, and what must hold after each step of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from book import (
    DIGEST,
    LISTING,
    ORDER,
    Life,
    accepted,
    book,
    case,
    correction,
    determination,
    ending,
    with_ground,
    with_item,
    with_rules,
)
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.core.decisions import Decision, Obligation, ObligationState, Outcome, Receipt
from streams.core.due import next_day
from streams.core.events import (
    Accepted,
    CaseStep,
    Consent,
    ConsentStep,
    Determination,
    Duty,
    Feedback,
    FeedbackState,
    Handling,
    Matter,
    PersonCase,
    Supervision,
    SupervisionStep,
    Target,
)
from streams.core.evolve import evolve
from streams.core.law import Cap, LawBook
from streams.core.lifting import standing as is_standing
from streams.core.standing import Standing
from streams.core.terms import add_years

BAN = "SAFETY_HEAD_SENTENCE"  # five years that the law itself sets: a repair leaves its ban
NEXT = {
    ObligationState.PROPOSED: FeedbackState.CONFIRMED,
    ObligationState.CONFIRMED: FeedbackState.IN_EFFECT,
    ObligationState.LIFTING: FeedbackState.LIFTED,
}
BAN_RULE = "WORK-SAFETY-2021.v1/94-3"
BAR_RULE = "CIVIL-SERVICE-2018.v1/26-4"
NEW_RULE = "NEW.v1/1"
GROUNDS = {LISTING: ("1", "2", "5"), ORDER: (None,), BAN: ("94_sentenced",)}
KINDS = {
    "determination": 4,
    "ending": 1,
    "correction": 1,
    "feedback": 2,
    "case": 4,
    "consent": 1,
    "supervision": 1,
    "law": 1,
    "repeat": 1,
    "pass": 1,
}


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    """One thing that happens after some days, described without the state it will meet."""
    item = draw(st.sampled_from([LISTING, LISTING, ORDER, BAN]))
    return {
        "what": draw(st.sampled_from([kind for kind, weight in KINDS.items() for _ in range(weight)])),
        "days": draw(st.sampled_from([0, 0, 0, 0, 0, 1, 1, 6, 17, 29, 30, 31, 200, 730, 731, 1_827])),
        "item": item,
        "number": draw(st.sampled_from(["1", "2"])),
        "new_number": draw(st.sampled_from(["1", "2", "3"])),
        "ground": draw(st.sampled_from(GROUNDS[item])),
        "reason": draw(st.sampled_from(["performed", "no_property_found", "revoked", "order_performed"])),
        "conduct_days": draw(st.sampled_from([None, None, 10, 1_700])),
        "name": draw(st.sampled_from([*"xxxxxxxx", "", "y"])),
        "state": draw(st.sampled_from(list(FeedbackState))),
        "pick": draw(st.integers(0, 30)),
        "age": draw(st.sampled_from([0, 0, 5, 400, 800])),
        "matter": draw(st.sampled_from([*Matter, Matter.REPAIR])),
        "step": draw(st.sampled_from([CaseStep.OPENED, CaseStep.OPENED, *CaseStep])),
        "case_no": draw(st.sampled_from(["1", "2"])),
        "handling": draw(st.sampled_from(list(Handling))),
        "given": draw(st.booleans()),
        "done": draw(st.booleans()),
        "book": draw(st.integers(0, 3)),
        "aims": draw(st.sampled_from([True, True, True, False])),
    }


def with_other_terms() -> LawBook:
    """A book in which the court list has the other forms of term: months from the conduct, life, and a cap on both."""
    law = with_ground(book(), "months", "2", term_months=8, counts_from="conduct")
    law = with_ground(law, "life", "5", life=True)
    return with_item(law, "other terms", cap=Cap("listings", 1), term_ending="own_term_ended")


def _editions(law: LawBook) -> tuple[LawBook, ...]:
    """The book and three later ones: two rules switched off, two gone, one more for whatever stands."""
    off = [replace(law.rules[key], active=False, inactive_reason="row_read_in_part") for key in (BAR_RULE, BAN_RULE)]
    new = replace(law.rules[BAR_RULE], rule_id=NEW_RULE, reach="standing_cases", items=(LISTING, ORDER, BAN), roles=())
    return (
        law,
        with_rules(law, f"{law.digest} off", *off),
        with_rules(law, f"{law.digest} without", without=(BAR_RULE, BAN_RULE)),
        with_rules(law, f"{law.digest} more", replace(new, roles=("self", "principal_responsible"))),
    )


EDITIONS = {"the book": _editions(book()), "other terms": _editions(with_other_terms())}
BOOKS = {law.digest: law for editions in EDITIONS.values() for law in editions}
DAY = timedelta(days=1)
STARTS = (date(2018, 7, 2), date(2022, 1, 4), date(2026, 4, 7))
Story = tuple[str, date, list[dict[str, Any]]]


@st.composite
def _happenings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Most histories begin with a document: what comes before any only waits."""
    first, rest = draw(steps()), draw(st.lists(steps(), min_size=4, max_size=14))
    if first["aims"]:
        first = {**first, "what": "determination", "name": "x", "age": 0}
    return [first, *rest]


histories = st.tuples(st.sampled_from(sorted(EDITIONS)), st.sampled_from(STARTS), _happenings())
USUAL: dict[str, Any] = {
    "what": "pass",
    "days": 0,
    "item": BAN,
    "number": "1",
    "new_number": "1",
    "ground": GROUNDS[BAN][0],
    "reason": "revoked",
    "conduct_days": None,
    "name": "x",
    "state": FeedbackState.CONFIRMED,
    "pick": 0,
    "age": 0,
    "matter": Matter.REPAIR,
    "step": CaseStep.UPHELD,
    "case_no": "1",
    "handling": Handling.OWN,
    "given": True,
    "done": True,
    "book": 0,
    "aims": False,
}


def story(*happened: dict[str, Any]) -> Story:
    """A history that chance seldom finds: of each step what differs from a repair granted about a ban."""
    return "the book", STARTS[1], [{**USUAL, **step} for step in happened]


class Sent(list[tuple[Accepted, Receipt]]):
    """Every record of a history with its receipt."""


def played(history: Story) -> tuple[Life, Sent]:
    """Play a history with ticks as casework would (only on days that are due); check every step on the way."""
    name, start, happened = history
    life, sent = Life(EDITIONS[name][0], start), Sent()
    for _ in playing(life, sent, EDITIONS[name], happened):
        pass
    return life, sent


def playing(life: Life, sent: Sent, editions: tuple[LawBook, ...], happened: list[dict[str, Any]]) -> Iterator[None]:
    """One step after the other, for whoever plays several lives at once."""
    for step in happened:
        pass_days(life, life.day + timedelta(days=step["days"]))
        if step["what"] == "law":
            life.law_becomes(editions[step["book"]])
        event = record(life, step, sent)
        if event is not None:
            before = life.standing
            receipt, decisions = life.happens(replace(event, subject=life.standing.subject))
            assert receipt is not None and receipt.receipt_id == event.receipt_id
            sent.append((event, receipt))
            if receipt.outcome in (Outcome.DUPLICATE, Outcome.NEEDS_CORRECTION):
                assert not decisions and life.standing is before
        check_standing(life)
        yield


def pass_days(life: Life, until: date) -> None:
    """Ticks on the days that are due. What came when its due day was over already is due at the next tick."""
    if until == life.day:
        return
    while (due := next_day(life.standing, life.law, life.day)) is not None and due <= until:
        assert life.ticks(max(due, life.day + DAY)), "a tick was due and decided nothing"
        following = next_day(life.standing, life.law, life.day)
        assert following is None or following > life.day, "a tick left something due"
        check_standing(life)
    if life.day < until:
        assert life.ticks(until) == (), "work was due on a day the due index did not name"


def record(life: Life, step: dict[str, Any], sent: Sent) -> Accepted | None:
    """The record that the step is, or None where it is none or there is nothing it could be about."""
    life.offset += 1
    number, item = _target(life, step)
    match step["what"]:
        case "determination":
            return accepted(_said(life, step, step["number"], step["item"]), life.offset, name=step["name"])
        case "ending":
            return accepted(ending(life.day, step["reason"], item, number), life.offset, name=step["name"])
        case "correction":
            said = _said(life, step, step["new_number"], item)
            return accepted(correction(life.day, said, number), life.offset, name=step["name"])
        case "feedback":
            return _answer(life, step)
        case "case":
            return accepted(_case(life, step, Target(number, item)), life.offset, name=step["name"])
        case "consent":
            word = ConsentStep.GIVEN if step["given"] else ConsentStep.WITHDRAWN
            day = life.day - timedelta(days=step["age"])
            said_so = Consent(word, "credit_bureau", "credit_reporting", day, DIGEST)
            return accepted(said_so, life.offset)
        case "supervision":
            return accepted(_order(life, step), life.offset, channel="credit")
        case "repeat" if sent:
            event = sent[step["pick"] % len(sent)][0]
            return replace(event, receipt_id=f"{life.offset:032d}", source_offset=life.offset)
    return None


def _target(life: Life, step: dict[str, Any]) -> tuple[str, str]:
    """Number and item that the step is about: mostly those of some entry there is."""
    entries = list(life.standing.entries.values())
    if not (step["aims"] and entries):
        return step["number"], step["item"]
    said = entries[step["pick"] % len(entries)].determination
    return said.document_no, said.item


def _said(life: Life, step: dict[str, Any], number: str, item: str) -> Determination:
    made = life.day - timedelta(days=step["age"])
    conduct = None if step["conduct_days"] is None else made - timedelta(days=step["conduct_days"])
    ground = step["ground"] if step["ground"] in GROUNDS[item] else GROUNDS[item][0]
    more: dict[str, Any] = {}
    if item == BAN:
        more = {"basis": "L-SAFETY", "role": "principal_responsible", "entity_code": "91110000600037341L"}
    return determination(made, item, number, ground=ground, conduct_end=conduct, **more)


def _case(life: Life, step: dict[str, Any], target: Target) -> PersonCase:
    matter, repair = step["matter"], step["matter"] is Matter.REPAIR
    taken = CaseStep.UPHELD if repair and step["step"] is CaseStep.AMENDED else step["step"]
    granted = repair and taken is CaseStep.UPHELD
    met = dict.fromkeys(("minimum_reached", "wrong_corrected", "duties_done", "public_promise"), granted)
    handling = step["handling"] if matter is Matter.OBJECTION else Handling.OWN
    number = f"{matter.value}-{step['case_no']}"
    return case(life.day, taken, target=target, matter=matter, case_no=number, handling=handling, **met)


def _order(life: Life, step: dict[str, Any]) -> Supervision:
    day, number = life.day, step["case_no"]
    if step["given"]:
        due = day + timedelta(days=6)
        return Supervision(SupervisionStep.ORDERED, number, "credit", day, Duty.ANSWER_PROPOSALS, due)
    return Supervision(SupervisionStep.ANSWERED, number, "credit", day, done=step["done"], officer="T001")


def _answer(life: Life, step: dict[str, Any]) -> Accepted | None:
    every = obligations(life.standing)
    if not every:
        return None
    obligation = every[step["pick"] % len(every)]
    state = NEXT.get(obligation.state, step["state"]) if step["aims"] else step["state"]
    said = Feedback(obligation.obligation_id, state, None, "T001", life.day)
    return accepted(said, life.offset, channel=obligation.executor)


def obligations(now: Standing) -> list[Obligation]:
    return [one for group in now.obligations.values() for one in group]


def folded(life: Life) -> Iterator[tuple[Standing, Decision, Standing]]:
    """Each decision with the standing before and after it."""
    before = Standing(life.standing.subject)
    for decision in life.decisions:
        after = evolve(before, decision)
        yield before, decision, after
        before = after


def check_standing(life: Life) -> None:
    """Invariants of a standing after everything that happened."""
    for key, group in life.standing.obligations.items():
        for obligation in filter(is_standing, group):
            _check_ground(life, key, obligation)
        rules = [one.rule for one in group if is_standing(one)]
        assert len(rules) == len(set(rules)), "one rule twice for one entry"
        assert len({one.obligation_id for one in group}) == len(group)
    for entry in life.standing.entries.values():
        cap, began = life.law.items[entry.determination.item].cap, entry.determination.effect_date
        if cap is not None and entry.ended_on is None and began is not None:
            assert entry.ends_on is not None and entry.ends_on <= add_years(began, cap.years)


def _check_ground(life: Life, key: str, obligation: Obligation) -> None:
    """No orphan: the entry lives, the book in force has the rule, active and within its days, no clock is over."""
    entry, rule = life.standing.entries.get(key), life.law.rules.get(obligation.rule)
    assert entry is not None and entry.ended_on is None, "a measure outlived its ground"
    assert rule is not None and rule.active, "a measure without an active rule"
    assert (rule.in_force_from or life.day) <= life.day <= (rule.in_force_to or life.day), "a measure out of its rule"
    assert obligation.ends_on is None or obligation.ends_on >= life.day, "a measure outlived its last day"
    assert entry.ends_on is None or entry.ends_on >= life.day
