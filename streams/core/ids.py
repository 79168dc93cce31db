"""Identifiers are hashes of what they name, so that the same history gives the same identifiers, byte for byte.

Every hash covers its parts with their lengths and starts with a word that says what is named: ("ab", "c") and
("a", "bc") differ, and a decision can never share an identifier with a receipt.
"""

import hashlib
import unicodedata
from datetime import date

import msgspec

from streams.core.events import EventKind, Payload

HEX = 32  # characters kept of the sha-256: 128 bits


def _hash(word: str, *parts: str) -> str:
    encoded = "".join([f"{len(part)}:{part}," for part in (word, *parts)])
    return hashlib.sha256(encoded.encode()).hexdigest()[:HEX]


def receipt_id(topic: str, partition: int, offset: int) -> str:
    """Identifier of the receipt of one source record.

    >>> receipt_id("events.court", 0, 7) == receipt_id("events.court", 0, 7)
    True
    """
    return _hash("receipt", topic, str(partition), str(offset))


def decision_id(cause_receipt_id: str, subject: str, ordinal: int) -> str:
    """Identifier of the decision number ``ordinal`` that one cause brought about for one subject."""
    return _hash("decision", cause_receipt_id, subject, str(ordinal))


def obligation_id(decision: str, rule: str, executor: str) -> str:
    """Identifier of one proposed measure; it stays the same through all later states."""
    return _hash("obligation", decision, rule, executor)


def notice_id(decision: str, kind: str) -> str:
    """Identifier of one notice to the person."""
    return _hash("notice", decision, kind)


def publication_id(subject: str, entry_receipt: str, rule: str) -> str:
    """Identifier of an entry in public under one State rule; it tells nobody whom it is about."""
    return _hash("publication", subject, entry_receipt, rule)


def bureau_record_id(subject: str, entry_receipt: str) -> str:
    """Identifier of what a credit bureau holds of one entry; the delete message names it."""
    return _hash("bureau", subject, entry_receipt)


def reward_id(decision: str, offer: str) -> str:
    """Identifier of one place on a list of incentives."""
    return _hash("reward", decision, offer)


def entry_key(channel: str, document_no: str, item: str) -> str:
    """Key of an entry in a standing: which record of a channel is meant. A document has one number, however its
    brackets and spaces are typed: else an ending would miss what it ends.

    >>> entry_key("court", "（2019）鲁 0102执1号", "X") == entry_key("court", "(2019)鲁0102执1号 ", "X")
    True
    """
    return f"{channel}|{''.join(unicodedata.normalize('NFKC', document_no).split())}|{item}"


def content_digest(
    kind: EventKind,
    channel: str,
    subject: str,
    name_check: str,
    payload: Payload,
) -> str:
    """Digest of what a record says, without its event id. Two records with equal digests are duplicates.

    The name check belongs to it: a record held for its name and sent again with the right one is another record.
    Fields at their empty value do not count, so that a later version with one more optional field changes no digest.
    """
    content = _without_empty(msgspec.to_builtins(payload, builtin_types=(date,)))
    text = msgspec.json.encode(content, order="sorted").decode()
    return _hash("content", kind.value, channel, subject, name_check, text)


def _without_empty(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_empty(inner) for key, inner in value.items() if inner or isinstance(inner, dict)}
    return value
