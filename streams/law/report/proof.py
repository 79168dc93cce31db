"""What the cases prove: for each active rule one case in which it fires, and one in which it does not.

Only a case that passes proves anything, and only by what it states. A rule fires where the case states its measure or
its number. It does not fire where it was looked at and did not apply, where what it raised is lifted, or where a
record of its item is refused: the other side of its boundary.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec import UNSET

from streams.cases import usual
from streams.cases.compare import differences
from streams.cases.model import Case
from streams.cases.read import CaseFault, find, read
from streams.cases.stage import Played, StageFault, play
from streams.core.decisions import ObligationState, Outcome
from streams.core.law import LawBook
from streams.law.faults import LawFault
from streams.law.files import Page


class Proof(NamedTuple):
    """All cases of some folders against one law book."""

    cases: int
    failed: tuple[str, ...]  # file and name of each case that does not come out as it says
    fires: frozenset[str]  # rules
    spares: frozenset[str]

    def without(self, law: LawBook) -> dict[str, tuple[str, ...]]:
        """Active rules that lack a case, with what they lack: "fires", "spares" or both."""
        lacking = {}
        for rule_id, rule in law.rules.items():
            lacks = tuple(word for word, there in zip(Proof._fields[2:], self[2:], strict=True) if rule_id not in there)
            if rule.active and lacks:
                lacking[rule_id] = lacks
        return lacking


def prove(paths: Iterable[Path], law: LawBook) -> Proof:
    """Play every case below ``paths``. Raises CaseFault for one that cannot be read or played."""
    failed: list[str] = []
    fires: set[str] = set()
    spares: set[str] = set()
    number = 0
    for path in find(list(paths)):
        for case in read(path):
            number += 1
            try:
                played, stage = play(case, law)
                wrong = differences(played, stage, case.then)
            except (StageFault, ValueError) as error:
                raise CaseFault(path, f"case {case.name!r}: {error}") from error
            if wrong:
                failed.append(f"{path.name}: {case.name}")
                continue
            fires.update(_fired(case, played))
            spares.update(_spared(case, played, law))
    return Proof(number, tuple(failed), frozenset(fires), frozenset(spares))


def _fired(case: Case, played: Played) -> Iterator[str]:
    for decision in played.decisions:
        for one in decision.raised:
            if one.rule in case.then.get("rules", ()) or one.measure in case.then.get("raises", ()):
                yield one.rule


def _spared(case: Case, played: Played, law: LawBook) -> Iterator[str]:
    complete = any(case.then.get(word) is not None for word in ("rules", "raises", "record_only"))
    for decision in played.decisions:
        for looked_at in decision.considered:
            if complete or looked_at.rule in case.then.get("considered", ()):
                yield looked_at.rule
        for one in decision.changed:
            lifted = one.state is ObligationState.LIFTING and one.measure in case.then.get("lifts", ())
            if lifted or (one.state is ObligationState.LIFTING and case.then.get("open") == []):
                yield one.rule
    yield from _refused(case, played, law)


def _refused(case: Case, played: Played, law: LawBook) -> Iterator[str]:
    says = case.when.determination
    if says is None or played.receipt is None or played.receipt.outcome is not Outcome.REJECTED:
        return
    item = usual.ITEM if says.item is UNSET else says.item
    if {"outcome", "code", "codes"} & case.then.keys():
        yield from (rule.rule_id for rule in law.rules.values() if item in rule.items)


def faults(proof: Proof, law: LawBook, memoranda: Iterable[Page]) -> tuple[LawFault, ...]:
    """What is still to be written: the cases that differ, and rule by rule the file, the row and the case to add."""
    cure = "Run `chengxin cases run` to see the difference, and mend the case or the law"
    found = [LawFault("cases", name, "the case does not come out as it says", cure) for name in proof.failed]
    file_of = {}
    for page in memoranda:
        version = page.data.get("continues") or f"{page.data['key']}.v{page.data['version']}"
        file_of.update({f"{version}/{row['no']}": page.file for row in page.data["rows"]})
    for rule_id, lacks in proof.without(law).items():
        row = f"rows[{law.rules[rule_id].no}]"
        for word in lacks:
            message, cure = (text.format(rule=rule_id) for text in _TO_ADD[word])
            found.append(LawFault(file_of[rule_id], row, message, cure))
    return tuple(found)


_TO_ADD = {
    "fires": (
        "no case shows {rule} propose its measure",
        "Add a case whose then says rules: [{rule}]; tests/cases/README.md shows one",
    ),
    "spares": (
        "no case shows {rule} not apply",
        "Add a case from just outside its boundary: the day before, another role or ground (then: rules: []), a record "
        "that is refused (then: code), or its end (then: lifts); tests/cases/README.md shows one",
    ),
}
