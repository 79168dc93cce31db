"""Lifting: what ends, ends everywhere (design rule 7). No obligation is ever dropped; it becomes ``lifting``."""

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from streams.core.decisions import Due, Obligation, ObligationState
from streams.core.index import Index
from streams.core.working_days import due_after

STANDING = (ObligationState.PROPOSED, ObligationState.CONFIRMED, ObligationState.IN_EFFECT)
CLOSED_BY_OFFICER = (ObligationState.REFUSED, ObligationState.NOT_APPLICABLE)


def standing(obligation: Obligation) -> bool:
    """Proposed, confirmed or in effect: it needs a live ground."""
    return obligation.state in STANDING


def lift(index: Index, obligations: Iterable[Obligation], reason: str, today: date) -> tuple[Obligation, ...]:
    """Every standing one of ``obligations`` as lifting, from today, with the day until which its proof is due."""
    due = lifting_due(index, reason, today)
    return tuple(
        replace(
            obligation,
            state=ObligationState.LIFTING,
            since=today,
            due=due,
            lift_reason=reason,
            version=obligation.version + 1,
        )
        for obligation in obligations
        if standing(obligation)
    )


def told_again(obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """Every open one of ``obligations`` as it is, for its department to see a mark come or go."""
    return tuple(replace(one, version=one.version + 1) for one in obligations if standing(one))


def lifting_due(index: Index, reason: str, since: date) -> Due:
    """Working days that the text behind ``reason`` allows for deleting, counted from the day we told the executor."""
    ending = index.law.endings.get(reason)
    return due_after(index, since, None if ending is None else ending.delete_working_days)
