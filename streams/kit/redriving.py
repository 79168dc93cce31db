"""``chengxin redrive``: a department's corrected records go in again, each for the receipt that refused it.

A department cannot read the quarantine: it corrects its own copy and names the receipt. The guard against loops: what
was not changed is not sent, a receipt is answered once, and what is refused again counts against the first receipt.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.core.decisions import Outcome
from streams.kit.answers import Answer, Fate
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
_ELSEWHERE = (Outcome.HELD.value, _KEPT_BACK)
_OUTCOME = folded("结果 error_outcome")


class Again(msgspec.Struct, frozen=True):
    """A record sent again: for which receipt, which receipt was the first of its chain, the how manieth time. Receipts
    are numbered by places, so those of a test deployment are called like those of the real one."""

    cluster: str
    receipt_id: str
    origin: str
    times: int
    topic: str
    partition: int
    offset: int


class Chains:
    """What was sent again so far to one ``cluster``, in a file of its own: one line each."""

    def __init__(self, path: Path, cluster: str) -> None:
        self.cluster = cluster
        self._path = path
        self._all = [one for one in lines(path, Again) if one.cluster == cluster] if path.exists() else []

    def answered(self, receipt_id: str) -> bool:
        return any(one.receipt_id == receipt_id for one in self._all)

    def followed(self, receipt_id: str) -> set[tuple[str, int, int]]:
        """Topic, partition and offset of what was sent for that receipt."""
        return {(one.topic, one.partition, one.offset) for one in self._all if one.receipt_id == receipt_id}

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


class Before(NamedTuple):
    """What the department knows of what it sent before. ``channel_key``: of the digests in receipts, where it has it
    here; ``journal``: of the file; ``named``: a row's key there; ``sent``: what it and its neighbours say."""

    chains: Chains
    channel_key: bytes | None
    journal: Journal
    named: Callable[[Draft], str]
    sent: Sequence[Sent]

    def same(self, draft: Draft, answer: Answer) -> bool:
        """Whether ``answer`` refused these very bytes, as far as is known."""
        assert draft.data is not None
        if self.channel_key is not None and answer.receipt["sent_digest"] == sent_digest(self.channel_key, draft.data):
            return True
        there = (self.named(draft), self.chains.cluster, answer.place)
        return any((one.row_key, one.cluster, one.place) == there for one in self.sent)


def judge(checked: Sequence[Checked], answers: Iterable[Answer], before: Before) -> tuple[list[Ready], list[Checked]]:
    """Rows that may go in again, and all rows with what keeps the others back."""
    by_id = {answer.receipt["receipt_id"]: answer for answer in answers}
    ready: list[Ready] = []
    said: list[Checked] = []
    for one in checked:
        answer = by_id.get(receipt_named(one.draft))
        taken = {other.answer.receipt["receipt_id"] for other in ready}
        code = _code(one, answer, before, taken) if one.sendable else None
        if one.sendable and code is None:
            assert answer is not None
            ready.append(Ready(one.draft, answer))
        said.append(one if code is None else _kept_back(one, code))
    return ready, said


def _code(one: Checked, answer: Answer | None, before: Before, taken: set[str]) -> str | None:
    if answer is None:
        return "REDRIVE_RECEIPT_UNKNOWN"
    if answer.receipt["outcome"] not in _OPEN:
        return "REDRIVE_NOT_REFUSED"
    receipt_id = answer.receipt["receipt_id"]
    if receipt_id in taken or before.chains.answered(receipt_id):
        return "REDRIVE_TWICE"
    if before.chains.origin(answer)[1] >= MOST:
        return "REDRIVE_TOO_OFTEN"
    return "REDRIVE_UNCHANGED" if before.same(one.draft, answer) else None


def sent_first(checked: Sequence[Checked]) -> list[Checked]:
    """All rows for ``publish``, those kept back that an error file said would be held: they are sent with the table
    they came from, and from here too the return would count one document twice."""
    return [
        _kept_back(one, "REDRIVE_NEEDED") if one.sendable and _outcome_named(one.draft) in _ELSEWHERE else one
        for one in checked
    ]


def _outcome_named(draft: Draft) -> str:
    """What an error file said of the row; empty where it comes from none."""
    said = next((shown(cell) for name, cell in draft.row.cells.items() if folded(name) == _OUTCOME), "")
    return said.rpartition(" ")[2]


def receipt_named(draft: Draft) -> str:
    """The receipt that a row says it corrects; empty where it names none."""
    cells = draft.row.cells.items()
    return next((shown(cell).strip() for name, cell in cells if folded(name) in RECEIPT_COLUMNS), "")


def _kept_back(one: Checked, code: str) -> Checked:
    finding = Finding("receipt_id", code, receipt_named(one.draft), "", *REDRIVE_CODES[code])
    return one._replace(outcome=_KEPT_BACK, code=code, findings=(finding,))


def chained(ready: Sequence[Ready], before: Before) -> list[Again]:
    """What the journal says was sent of ``ready``, with the chain each belongs to."""
    chains = before.chains
    sent = {one.row_key: one for one in before.journal.sent if one.cluster == chains.cluster}
    found = []
    for draft, answer in ready:
        done: Sent | None = sent.get(before.named(draft))
        if done is not None:
            origin, times = chains.origin(answer)
            found.append(Again(chains.cluster, answer.receipt["receipt_id"], origin, times + 1, *done.place))
    return found


def not_sent_again(fates: Iterable[Fate], chains: Chains) -> list[Fate]:
    """``fates`` without those of records that were corrected and sent again, where what was sent then is among them: it
    tells of the document."""
    found = list(fates)
    there = {one.sent.place for one in found}
    return [one for one in found if one.answer is None or not there & chains.followed(one.answer.receipt["receipt_id"])]
