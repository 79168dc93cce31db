"""``chengxin redrive``: a department's corrected records go in again, each for the receipt that refused it.

A department cannot read the quarantine: it corrects its own copy and names the receipt. The guard against loops: what
was not changed is not sent, a receipt is answered once, and what is refused again counts against the first receipt.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.core.decisions import Outcome
from streams.kit.answers import Answer
from streams.kit.cells import shown
from streams.kit.checking import Checked, Finding
from streams.kit.columns import folded
from streams.kit.journal import Journal, Sent, append, lines
from streams.kit.rows import RECEIPT_COLUMNS, Draft
from streams.kit.sending import sent_digest
from streams.kit.words import REDRIVE_CODES

MOST = 3  # times one record may be sent again
_OPEN = (Outcome.REJECTED.value, Outcome.HELD.value)
_KEPT_BACK = "kept_back"


class Again(msgspec.Struct, frozen=True):
    """A record sent again: for which receipt, which receipt was the first of its chain, the how manieth time."""

    receipt_id: str
    origin: str
    times: int
    topic: str
    partition: int
    offset: int


class Chains:
    """What was sent again so far, in a file of its own: one line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all = lines(path, Again) if path.exists() else []

    def answered(self, receipt_id: str) -> bool:
        return any(one.receipt_id == receipt_id for one in self._all)

    def origin(self, answer: Answer) -> tuple[str, int]:
        """First receipt of the chain that ``answer`` belongs to, and how often its record was sent again."""
        for one in self._all:
            if (one.topic, one.partition, one.offset) == answer.place:
                return one.origin, one.times
        return answer.receipt["receipt_id"], 0

    def add(self, made: Iterable[Again]) -> None:
        new = list(made)
        append(self._path, new)
        self._all += new


class Ready(NamedTuple):
    """A row that may go in again."""

    draft: Draft
    answer: Answer


def judge(
    checked: Sequence[Checked], answers: Iterable[Answer], chains: Chains, channel_key: bytes | None
) -> tuple[list[Ready], list[Checked]]:
    """Rows that may go in again, and all rows with what keeps the others back."""
    by_id = {answer.receipt["receipt_id"]: answer for answer in answers}
    ready: list[Ready] = []
    said: list[Checked] = []
    for one in checked:
        answer = by_id.get(receipt_named(one.draft))
        taken = {other.answer.receipt["receipt_id"] for other in ready}
        code = _code(one, answer, chains, channel_key, taken) if one.sendable else None
        if one.sendable and code is None:
            assert answer is not None
            ready.append(Ready(one.draft, answer))
        said.append(one if code is None else _kept_back(one, code))
    return ready, said


def _code(
    one: Checked, answer: Answer | None, chains: Chains, channel_key: bytes | None, taken: set[str]
) -> str | None:
    if answer is None:
        return "REDRIVE_RECEIPT_UNKNOWN"
    if answer.receipt["outcome"] not in _OPEN:
        return "REDRIVE_NOT_REFUSED"
    receipt_id = answer.receipt["receipt_id"]
    if receipt_id in taken or chains.answered(receipt_id):
        return "REDRIVE_TWICE"
    if chains.origin(answer)[1] >= MOST:
        return "REDRIVE_TOO_OFTEN"
    assert one.draft.data is not None
    same = channel_key is not None and answer.receipt["sent_digest"] == sent_digest(channel_key, one.draft.data)
    return "REDRIVE_UNCHANGED" if same else None


def receipt_named(draft: Draft) -> str:
    """The receipt that a row says it corrects; empty where it names none."""
    cells = draft.row.cells.items()
    return next((shown(cell).strip() for name, cell in cells if folded(name) in RECEIPT_COLUMNS), "")


def _kept_back(one: Checked, code: str) -> Checked:
    finding = Finding("receipt_id", code, receipt_named(one.draft), "", *REDRIVE_CODES[code])
    return one._replace(outcome=_KEPT_BACK, code=code, findings=(finding,))


def chained(ready: Sequence[Ready], journal: Journal, chains: Chains, named: Callable[[Draft], str]) -> list[Again]:
    """What the journal says was sent of ``ready``, with the chain each belongs to. ``named``: a row's key there."""
    sent = {one.row_key: one for one in journal.sent}
    found = []
    for draft, answer in ready:
        done: Sent | None = sent.get(named(draft))
        if done is not None:
            origin, times = chains.origin(answer)
            found.append(Again(answer.receipt["receipt_id"], origin, times + 1, *done.place))
    return found
