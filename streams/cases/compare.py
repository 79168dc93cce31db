"""What came out of a case against what it says should. Only what a case states is compared."""

from collections.abc import Callable
from typing import Any

from streams.cases.stage import Played, Stage
from streams.core.decisions import DueState, Entry, Obligation, ObligationState
from streams.core.lifting import standing


def differences(played: Played, stage: Stage, then: dict[str, Any]) -> list[str]:
    """One readable line for each expectation that was not met."""
    lines = []
    for word, expected in then.items():
        found = EXPECTATIONS[word](played, stage)
        if word == "considered":  # a case names the rules it cares about
            found = {rule: found.get(rule) for rule in expected}
        wanted = sorted(expected) if isinstance(expected, list) else expected
        if found != wanted:
            lines.append(f"then.{word}: expected {_text(wanted)}, found {_text(found)}")
    return lines


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(str(one) for one in value) + "]"
    return "none" if value is None else str(value)


def _entry(played: Played) -> Entry | None:
    """The entry the decisions are about, or the subject's only one."""
    decided = [decision.entry for decision in played.decisions if decision.entry is not None]
    if decided:
        return decided[-1]
    entries = list(played.standing.entries.values())
    return entries[0] if len(entries) == 1 else None


def _of_entry(name: str) -> Callable[[Played, Stage], Any]:
    def look(played: Played, _: Stage) -> Any:
        entry = _entry(played)
        return None if entry is None else getattr(entry, name)

    return look


def _severity(name: str) -> Callable[[Played, Stage], Any]:
    def look(played: Played, _: Stage) -> Any:
        entry = _entry(played)
        return None if entry is None else getattr(entry.severity, name)

    return look


def _raised(played: Played) -> list[Obligation]:
    return [one for decision in played.decisions for one in decision.raised]


def _lifted(played: Played) -> list[Obligation]:
    """Obligations that these decisions turned to lifting."""
    told = {}
    for decision in played.decisions:
        for one in decision.changed:
            if one.state is ObligationState.LIFTING:
                told[one.obligation_id] = one
    return list(told.values())


def _all(played: Played) -> list[Obligation]:
    return [one for group in played.standing.obligations.values() for one in group]


def _due(played: Played, _: Stage) -> Any:
    dues = {one.due for one in _lifted(played)}
    if len(dues) != 1:
        return None
    due = dues.pop()
    return due.day if due.state is DueState.SET else due.state.value


def _codes(played: Played, _: Stage) -> list[str]:
    return sorted(fault.code for fault in played.receipt.faults) if played.receipt else []


def _only(values: list[Any]) -> Any:
    different = list(dict.fromkeys(values))
    return different[0] if len(different) == 1 else (sorted(different) or None)


def _refers_to(played: Played, stage: Stage) -> Any:
    if played.receipt is None or played.receipt.refers_to is None:
        return None
    return stage.receipts.index(played.receipt.refers_to) + 1


def _states(played: Played, _: Stage) -> Any:
    return {one.measure: one.state.value for one in _all(played)}


def _considered(played: Played, _: Stage) -> Any:
    return {one.rule: one.reason for decision in played.decisions for one in decision.considered}


def _case_due(played: Played, _: Stage) -> Any:
    dues = [decision.case.due for decision in played.decisions if decision.case is not None]
    if len(dues) != 1:
        return None
    return dues[0].day if dues[0].state is DueState.SET else dues[0].state.value


def _correction_due(played: Played, _: Stage) -> Any:
    dues = [one.correction_due for group in played.standing.cases.values() for one in group if one.correction_due]
    if len(dues) != 1:
        return None
    return dues[0].day if dues[0].state is DueState.SET else dues[0].state.value


def _item(key: str) -> str:
    return key.rpartition("|")[2]


EXPECTATIONS: dict[str, Callable[[Played, Stage], Any]] = {
    "outcome": lambda played, _: None if played.receipt is None else played.receipt.outcome.value,
    "code": lambda played, stage: _only(_codes(played, stage)),
    "codes": _codes,
    "field": lambda played, _: _only([fault.field for fault in played.receipt.faults]) if played.receipt else None,
    "warnings": lambda played, _: sorted(one.code for one in played.receipt.warnings) if played.receipt else [],
    "refers_to": _refers_to,
    "decisions": lambda played, _: sorted(decision.kind.value for decision in played.decisions),
    "decision_code": lambda played, _: _only([decision.code for decision in played.decisions]),
    "severity": _severity("level"),
    "scale": _severity("scale"),
    "raises": lambda played, _: sorted(one.measure for one in _raised(played)),
    "rules": lambda played, _: sorted(one.rule for one in _raised(played)),
    "executors": lambda played, _: sorted({one.executor for one in _raised(played)}),
    "record_only": _of_entry("record_only"),
    "considered": _considered,
    "ends_on": _of_entry("ends_on"),
    "ended_on": _of_entry("ended_on"),
    "ended": _of_entry("ended_reason"),
    "lifts": lambda played, _: sorted(one.measure for one in _lifted(played)),
    "lift_reason": lambda played, _: _only([one.lift_reason for one in _lifted(played)]),
    "due": _due,
    "notices": lambda played, _: sorted(one.kind for decision in played.decisions for one in decision.notices),
    "open": lambda played, _: sorted(one.measure for one in _all(played) if standing(one)),
    "states": _states,
    "disputed": lambda played, _: any(map(played.standing.disputed, played.standing.entries)),
    "doubted": lambda played, _: any(
        one.receipt_id in played.standing.doubts for one in played.standing.entries.values()
    ),
    "cases": lambda played, _: {
        one.case_no: one.state.value for group in played.standing.cases.values() for one in group
    },
    "case_due": _case_due,
    "correction_due": _correction_due,
    "missed": lambda played, _: sorted(f"{one.kind.value} {one.due_on}" for d in played.decisions for one in d.missed),
    "days_late": lambda played, _: _only([decision.days_late for decision in played.decisions]),
    "reasons": lambda played, _: sorted({code for decision in played.decisions for code in decision.reasons}),
    "repaired": lambda played, _: bool(played.standing.repaired),
    "consents": lambda played, _: {
        one.recipient: "withdrawn" if one.withdrawn_on else "given" for one in played.standing.consents
    },
    "orders": lambda played, _: {
        one.order_no: "done" if one.done else "answered" if one.answered_on else "ordered"
        for one in played.standing.orders.values()
    },
    "public": lambda played, _: {one.rule: one.last_day for one in played.standing.publications.values()},
    "fed": lambda played, _: sorted(_item(one.key) for one in played.standing.bureau.values() if one.fed_on),
    "rewards": lambda played, _: sorted(one.offer for one in played.standing.rewards.values()),
    "waiting": lambda played, _: len(played.standing.waiting),
    "entries": lambda played, _: len(played.standing.entries),
}
