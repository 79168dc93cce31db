"""The current view of one department: snapshot, then changes by version. Pure; what it cannot follow it says.

>>> view = View()
>>> view.snapshot("a", {"obligation_id": "a", "version": 2, "state": "confirmed"})
>>> view.change({"obligation_id": "a", "version": 3, "previous_version": 2, "state": "in_effect"})
True
>>> view.change({"obligation_id": "a", "version": 5, "previous_version": 4, "state": "lifted"})
True
>>> view.stands["a"]["state"], view.gaps
('lifted', [Gap(obligation_id='a', known=3, previous=4, version=5)])
"""

from typing import Any, NamedTuple

Value = dict[str, Any]
OPEN = frozenset({"proposed", "confirmed", "in_effect", "lifting"})


class Gap(NamedTuple):
    """A change that does not follow what is known: between them something was missed. None: nothing was known, or the
    change says that it is the first."""

    obligation_id: str
    known: int | None
    previous: int | None
    version: int


class View:
    """Obligations as they stand, by id, with the fields of ``ObligationCurrent``."""

    def __init__(self) -> None:
        self.stands: dict[str, Value] = {}
        self.gaps: list[Gap] = []
        self._forgotten: set[str] = set()

    def snapshot(self, obligation_id: str, value: Value | None) -> None:
        """A record of a ``.current`` topic; None ends it: the person is erased, and is not brought back by an older
        change."""
        if value is None:
            self.stands.pop(obligation_id, None)
            self._forgotten.add(obligation_id)
        else:
            self.stands[obligation_id] = value

    def change(self, value: Value) -> bool:
        """A record of ``sanctions`` or ``rewards``; False where it is old news. After a gap the change is taken all the
        same, for it tells the whole obligation: what is lost is what happened between."""
        name, version, previous = value["obligation_id"], value["version"], value["previous_version"]
        here = self.stands.get(name)
        known = None if here is None else here["version"]
        if name in self._forgotten or (known is not None and version <= known):
            return False
        if previous != known:
            self.gaps.append(Gap(name, known, previous, version))
        self.stands[name] = {field: told for field, told in value.items() if field != "previous_version"}
        return True

    @property
    def open(self) -> int:
        """How many of them ask something of the department today."""
        return sum(one["state"] in OPEN for one in self.stands.values())
