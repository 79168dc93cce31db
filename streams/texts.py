"""No free text (design rule 3): a string of an input record is a number, a code or a name.

A bound keeps records small; the search for citizen numbers keeps one that slipped into a document number from going in
clear into every decision. It finds numbers, not intent: who wants to hide a name in a document number can, and the
digest of the served document shows it.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from streams.core.decisions import Fault
from streams.identity import IdentifierFault, check_citizen

LONGEST = 128  # characters of any string
_IDENTITY_FIELDS = frozenset({"id_number", "case_ref"})
# One digest in fifty thousand holds eighteen characters that pass for a citizen number: chance, and nobody's identity.
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBERLIKE = re.compile(r"(?=(\d{17}[\dXx]))")
_BETWEEN = re.compile(r"[\s.\-_·/]")  # what people put between the digits of a number


def faults(value: dict[str, Any]) -> tuple[Fault, ...]:
    """Every string of a decoded input record that is not allowed.

    >>> faults({"event_id": "a", "document_no": "x" * 200})[0].field
    'document_no'
    """
    return tuple(Fault("TEXT_NOT_ALLOWED", path, seen, expected) for path, seen, expected in _wrong(value, ""))


def _wrong(value: dict[str, Any], place: str) -> Iterator[tuple[str, str, str]]:
    for name, inner in value.items():
        if isinstance(inner, str):
            if (wrong := _fault(name, inner)) is not None:
                yield f"{place}{name}", *wrong
        elif isinstance(inner, dict):
            yield from _wrong(inner, f"{place}{name}.")


def _fault(name: str, text: str) -> tuple[str, str] | None:
    """What was seen in ``text`` and what is expected; None where nothing is wrong."""
    if len(text) > LONGEST:
        return f"{len(text)} characters", f"at most {LONGEST} characters"
    if not text.isprintable():
        return "control characters", "printable characters only"
    if name not in _IDENTITY_FIELDS and not _is_digest(name, text) and _holds_citizen_number(text):
        return "a citizen number", "a number or code of the document, no identity"
    return None


def _is_digest(name: str, text: str) -> bool:
    return name == "document_digest" and _DIGEST.fullmatch(text) is not None


def _holds_citizen_number(text: str) -> bool:
    if len(text) < 18:
        return False
    folded = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    return any(_is_citizen_number(found.group(1)) for found in _NUMBERLIKE.finditer(folded))


def _is_citizen_number(text: str) -> bool:
    try:
        check_citizen(text)
    except IdentifierFault:
        return False
    return True
