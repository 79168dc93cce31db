"""The server's own answer to a record, given without the server: intake's examiner, then casework on an empty standing.

What the server can only say because of what came before, or because it holds the keys, is named here, in one place; for
these the answer is what it would be if nothing stood in the way.
"""

import secrets
from datetime import date
from typing import NamedTuple

from streams.core.decide import decide
from streams.core.decisions import Fault, Outcome, Receipt
from streams.core.standing import Standing
from streams.examine import Examiner, Source
from streams.identity import Keyring
from streams.kit.folder import Kit

# Codes that no check without servers can give, and what they need.
NEEDS_SERVER = {
    "CASE_REF_INVALID": "the key that made the reference; its form is checked",
    "DUPLICATE_RECORD": "what the subject's standing has seen; repeats within a file are told",
    "CONTENT_CHANGED": "the earlier record of the same document",
    "NAME_MISMATCH": "the name known for the identifier",
    "NAME_DIFFERS": "the name known for the identifier",
    "TARGET_NOT_SEEN": "the earlier record",
    "TARGET_NEVER_SEEN": "the earlier record, and thirty days",
    "ENDING_WITHOUT_EFFECT": "the earlier record",
    "OBLIGATION_NOT_SEEN": "the obligations of the subject",
    "NOT_OWN_OBLIGATION": "the obligations of the subject",
    "FEEDBACK_OUT_OF_ORDER": "the obligation's state",
    "SUBJECT_OVERFLOW": "the size of the subject's standing",
    "CASE_OUT_OF_ORDER": "the steps reported before",
    "CASE_ALREADY_DECIDED": "the steps reported before",
    "REPAIR_TOO_EARLY": "the earlier record",
    "REPAIR_ALREADY_GRANTED": "the steps reported before",
    "CONSENT_OVERTAKEN": "the declarations reported before",
    "ORDER_NOT_SEEN": "the order",
    "ORDER_OUT_OF_ORDER": "the orders given before",
}
_REFERENCE_BYTES = 32


class Fate(NamedTuple):
    """What the server would say. ``content`` is equal for records the server would take for repeats of each other."""

    outcome: Outcome
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    content: str | None = None

    @property
    def code(self) -> str | None:
        """The code the receipt leads with: its first fault, else its first warning."""
        return next((fault.code for fault in (*self.faults, *self.warnings)), None)


class Checker:
    """Checks records of one channel as of one day. Keys are random: no token leaves it."""

    def __init__(self, kit: Kit, channel: str, day: date) -> None:
        admitted = {family: frozenset(records) for family, records in kit.said.records.items()}
        self._examiner = Examiner(kit.codec, admitted, _NoKeys(), kit.said.allow_synthetic)
        self._book = kit.book
        self._channel = channel
        self._day = day

    def fate(self, family: str, value: bytes | None) -> Fate:
        """What would become of ``value`` on the channel's topic of ``family``."""
        source = Source(f"{family}.{self._channel}", family, self._channel, 0, 0)
        ruling = self._examiner.examine(source, value, self._day, self._book)
        if ruling.receipt is not None:
            return _fate(ruling.receipt, None)
        assert ruling.accepted is not None
        verdict = decide(Standing(ruling.accepted.subject), ruling.accepted, self._book, self._day)
        assert verdict.receipt is not None
        return _fate(verdict.receipt, ruling.accepted.content_digest)


def _fate(receipt: Receipt, content: str | None) -> Fate:
    if receipt.faults and receipt.faults[0].code in NEEDS_SERVER and receipt.faults[0].code != "CASE_REF_INVALID":
        outcome = Outcome.WARNED if receipt.warnings else Outcome.ACCEPTED
        return Fate(outcome, (), receipt.warnings, content)
    return Fate(receipt.outcome, receipt.faults, receipt.warnings, content)


class _NoKeys(Keyring):
    """Random keys of a moment; takes every case reference of the right form, for it cannot open any."""

    def __init__(self) -> None:
        super().__init__({name: secrets.token_bytes(64 if name == "case" else 32) for name in _SINGLE}, {}, {})

    def department_token(self, channel: str, kind: str, number: str) -> str:
        return ""

    def sent_digest(self, channel: str, value: bytes) -> str:
        return ""

    def open_case_ref(self, reference: str, channel: str) -> str:
        if len(bytes.fromhex(reference)) != _REFERENCE_BYTES:
            raise ValueError("not the form of a case reference")
        return secrets.token_hex(16)


_SINGLE = ("token", "name", "case")
