"""One subject's current state: entries, open obligations, what waits. Rebuilt by folding decisions."""

from datetime import date

from msgspec import Struct

from streams.core.decisions import Entry, Obligation, Waiting
from streams.core.ids import entry_key


class Standing(Struct, frozen=True):
    """Everything decided about one subject that later decisions need. It holds no score (design rule 1)."""

    subject: str
    name_check: str = ""  # the name check in force: the first one seen
    department_tokens: dict[str, str] = {}
    entries: dict[str, Entry] = {}  # by entry key, in order of arrival
    obligations: dict[str, tuple[Obligation, ...]] = {}  # by entry key
    waiting: tuple[Waiting, ...] = ()
    seen: dict[str, str] = {}  # content digest -> receipt id of records decided, but for those that may come again
    moved: dict[str, str] = {}  # key under which an entry was reported -> its key after corrections of its number
    given_up: dict[str, str] = {}  # entry key -> receipt id of the ending or correction that waited for it in vain
    last_day: date | None = None  # day of the last decision

    def key_now(self, key: str) -> str:
        """The key of the entry that a department means by ``key``, which may be a number since corrected."""
        return key if key in self.entries else self.moved.get(key, key)


def target_key(waiting: Waiting) -> str:
    """The entry a waiting record waits for, under the number the record gives."""
    change = waiting.ending or waiting.correction
    assert change is not None
    return entry_key(waiting.channel, change.target.document_no, change.target.item)
