"""What the cases prove: for each active rule one case in which it fires, and one in which it does not, or ends.

Only a case that passes proves anything, and only by what it states. A rule fires where the case states its measure or
its number. The other side of its boundary is a record that was taken, for which the rule was looked at and did not
apply; or its end, where what it raised is lifted. A record that is refused proves nothing about a rule.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from streams.cases.compare import differences
from streams.cases.model import Case
from streams.cases.read import CaseFault, find, read
from streams.cases.stage import Played, StageFault, play
from streams.core.decisions import ObligationState
from streams.core.law import LawBook
from streams.law.faults import LawFault
from streams.law.files import Page


class Proof(NamedTuple):
    """All cases of some folders against one law book."""

    cases: int
    failed: tuple[str, ...]  # file and name of each case that does not come out as it says
    fires: frozenset[str]  # rules
    spares: frozenset[str]  # looked at for a record that was taken, and not applied
    ends: frozenset[str]  # what they raised is lifted

    def without(self, law: LawBook) -> dict[str, tuple[str, ...]]:
        """Active rules that lack a case, with what they lack: "fires", "spares" or both."""
        lacking = {}
        for rule_id, rule in law.rules.items():
            there = {"fires": self.fires, "spares": self.spares | self.ends}
            lacks = tuple(word for word, rules in there.items() if rule_id not in rules)
            if rule.active and lacks:
                lacking[rule_id] = lacks
        return lacking


def prove(paths: Iterable[Path], law: LawBook) -> Proof:
    """Play every case below ``paths``. Raises CaseFault for one that cannot be read or played."""
    failed: list[str] = []
    fires: set[str] = set()
    spares: set[str] = set()
    ends: set[str] = set()
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
            spares.update(_spared(case, played))
            ends.update(_ended(case, played))
    return Proof(number, tuple(failed), frozenset(fires), frozenset(spares), frozenset(ends))


def _fired(case: Case, played: Played) -> Iterator[str]:
    for decision in played.decisions:
        for one in decision.raised:
            if one.rule in case.then.get("rules", ()) or one.measure in case.then.get("raises", ()):
                yield one.rule


def _spared(case: Case, played: Played) -> Iterator[str]:
    complete = any(case.then.get(word) is not None for word in ("rules", "raises", "record_only"))
    for decision in played.decisions:
        for looked_at in decision.considered:
            if complete or looked_at.rule in case.then.get("considered", ()):
                yield looked_at.rule


def _ended(case: Case, played: Played) -> Iterator[str]:
    for decision in played.decisions:
        for one in decision.changed:
            lifted = one.state is ObligationState.LIFTING and one.measure in case.then.get("lifts", ())
            if lifted or (one.state is ObligationState.LIFTING and case.then.get("open") == []):
                yield one.rule


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
        "Add a case from just outside its boundary: the day before, another role or ground (then: rules: []), "
        "or its end (then: lifts); tests/cases/README.md shows one",
    ),
}
