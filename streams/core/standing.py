"""One subject's current state: entries, open obligations, what waits. Rebuilt by folding decisions."""

from datetime import date

from msgspec import Struct

from streams.core.decisions import Entry, Obligation, Waiting


class Standing(Struct, frozen=True):
    """Everything decided about one subject that later decisions need. It holds no score (design rule 1)."""

    subject: str
    name_check: str = ""  # the name check in force: the first one seen
    department_tokens: dict[str, str] = {}
    entries: dict[str, Entry] = {}  # by entry key, in order of arrival
    obligations: dict[str, tuple[Obligation, ...]] = {}  # by entry key
    waiting: tuple[Waiting, ...] = ()
    seen: dict[str, str] = {}  # content digest -> receipt id of endings, corrections, held and feedback records
    last_day: date | None = None  # day of the last decision
