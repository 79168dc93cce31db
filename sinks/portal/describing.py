"""A record in words: entries and measures of a standing as officers and the person read them."""

from datetime import date

from sinks.portal.shapes import Basis, Measure, Record
from streams.core.decisions import DueState, Entry, Obligation, ObligationState
from streams.core.law import LawBook
from streams.core.lifting import standing as has_effect
from streams.core.standing import Standing
from streams.core.terms import ground_of
from streams.explain.parts import reason, state_name

CLOSED = (ObligationState.REFUSED, ObligationState.NOT_APPLICABLE, ObligationState.LIFTED)
NOTICE = (
    "本答复不是对个人的评价；所列措施均为建议，须经执行部门工作人员确认。记录终止后不得再作为依据，请在使用时重新查询。"
)


def stands(entry: Entry, day: date) -> bool:
    """Whether the entry is true on ``day``: in effect, not ended, its term not over - whether a tick came or not."""
    begins, ends = entry.determination.effect_date, entry.ends_on
    return begins is not None and begins <= day and entry.ended_on is None and (ends is None or day <= ends)


def holds(one: Obligation, day: date) -> bool:
    """Whether the measure may have an effect on ``day``: one that is being lifted has none any more (design rule 7)."""
    return has_effect(one) and (one.ends_on is None or day <= one.ends_on)


def open_on(one: Obligation, day: date) -> bool:
    """Whether the measure still asks something of its department on ``day``, if only the proof that it is lifted."""
    return one.state not in CLOSED and (one.ends_on is None or day <= one.ends_on)


def record(entry: Entry, standing: Standing, measures: tuple[Obligation, ...], law: LawBook) -> Record:
    """``entry`` with those of its measures that may be told."""
    facts = entry.determination
    item, ground = law.items.get(facts.item), ground_of(law, facts)
    return Record(
        record=entry.receipt_id,
        item=facts.item,
        item_name=facts.item if item is None else item.name,
        body=facts.body,
        body_name=law.bodies[facts.body].name if facts.body in law.bodies else facts.body,
        document_no=facts.document_no,
        document_date=facts.document_date,
        effect_date=facts.effect_date,
        basis=_basis(facts.basis, law),
        clause=None if ground is None else f"{ground.name}（{ground.clause}）",
        severity=entry.severity.level,
        recorded_on=entry.recorded_on,
        ends_on=entry.ends_on,
        disputed=standing.disputed(entry.key),
        doubted=entry.receipt_id in standing.doubts,
        measures=[measure(one, law) for one in measures],
    )


def measure(one: Obligation, law: LawBook) -> Measure:
    return Measure(
        obligation_id=one.obligation_id,
        measure=one.measure,
        name=law.measures[one.measure].name if one.measure in law.measures else one.measure,
        executor=one.executor,
        executor_name=law.bodies[one.executor_body].name if one.executor_body in law.bodies else one.executor_body,
        executor_source=one.executor_source,
        state=one.state.value,
        state_name=state_name(one.state),
        incentive=one.incentive,
        rule=one.rule,
        clause=one.clause,
        basis=[_basis(code, law) for code in one.basis],
        since=one.since,
        ends_on=one.ends_on,
        due_on=one.due.day if one.due.state is DueState.SET else None,
        lift_reason=None if one.lift_reason is None else reason(one.lift_reason, law),
    )


def _basis(code: str, law: LawBook) -> Basis:
    text = law.instruments.get(code)
    return Basis(title=code, number=None) if text is None else Basis(title=text.title, number=text.number)
