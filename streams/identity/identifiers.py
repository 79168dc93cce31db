"""Checks of the two identifiers. Only form, check digit and date count: numbers live longer than region codes."""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.util import clean

SYNTHETIC_REGION = "990000"
_PLAIN = re.compile(r"[0-9A-Z]*")  # nothing to make compact
_LONG = re.compile(r"[0-9]{15}")  # also the number of old, which has no check digit
_PARTED = re.compile(r"(?=([0-9]{17}[0-9X]))")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class IdentifierFault(ValueError):
    """The identifier is not one. ``expected`` says what was; the value itself is never in the message."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


class Identifier(NamedTuple):
    """A checked identifier: compact form, birth date of a person, warnings that are no reason to refuse."""

    kind: str  # citizen | uscc
    number: str
    birth_date: date | None
    synthetic: bool
    warnings: tuple[str, ...]


def check_citizen(number: str) -> Identifier:
    """Check a citizen number 公民身份号码 (GB 11643-1999): 18 characters, birth date, check digit.

    An unknown or abolished region is a warning: the region is that of first registration.

    >>> check_citizen("990000198001010020").birth_date
    datetime.date(1980, 1, 1)

    :raises IdentifierFault: wrong length, characters, date or check digit.
    """
    compact = number if _PLAIN.fullmatch(number) else _compact(number)
    if len(compact) != 18 or not compact.isascii() or not compact[:17].isdigit():
        raise IdentifierFault("18 characters: 17 digits and a check character")
    try:
        birth_date: date = ric.get_birth_date(compact)
    except (ValidationError, ValueError) as error:
        raise IdentifierFault("a birth date YYYYMMDD at positions 7-14") from error
    if ric.calc_check_digit(compact) != compact[17]:
        raise IdentifierFault("the check character of GB 11643-1999")
    synthetic = compact.startswith(SYNTHETIC_REGION)
    warnings = () if synthetic or _known_region(compact) else ("REGION_CODE_UNKNOWN",)
    return Identifier("citizen", compact, birth_date, synthetic, warnings)


def _compact(number: str) -> str:
    """As people write it: full-width characters, spaces and hyphens between, lower case."""
    return str(clean(unicodedata.normalize("NFKC", number), " -")).strip().upper()


def _known_region(compact: str) -> bool:
    try:
        return bool(ric.get_birth_place(compact))
    except InvalidComponent:
        return False


def holds_number(text: str) -> bool:
    """Whether a citizen number may stand in a reference: 15 digits in a row, or a sound number with whatever between
    its digits, in any script's digits.

    >>> holds_number("办2026-17"), holds_number("办990000198001010020"), holds_number("990000-19800101-0020")
    (False, True, True)
    """
    plain = "".join(str(unicodedata.decimal(one, one)) for one in unicodedata.normalize("NFKC", text)).upper()
    if _LONG.search(plain):
        return True
    return any(_sound(run) for run in _PARTED.findall("".join(filter(str.isalnum, plain))))


def _sound(number: str) -> bool:
    try:
        check_citizen(number)
    except IdentifierFault:
        return False
    return True


def check_uscc(number: str) -> Identifier:
    """Check a unified social credit code 统一社会信用代码 (GB 32100-2015).

    The inner organisation code's own check digit is a warning only (GB 11714 was not read).

    >>> check_uscc("91110000600037341L").warnings
    ()

    :raises IdentifierFault: wrong length, characters or check character.
    """
    compact = number if _PLAIN.fullmatch(number) else _compact(number)
    try:
        uscc.validate(compact)
    except ValidationError as error:
        raise IdentifierFault("18 characters of GB 32100-2015 with their check character") from error
    warnings = () if _organisation_check(compact[8:17]) else ("ORGANISATION_CHECK_DIGIT",)
    return Identifier("uscc", compact, None, compact[2:8] == SYNTHETIC_REGION, warnings)


def _organisation_check(code: str) -> bool:
    total = sum(w * int(c, 36) for w, c in zip(_ORGANISATION_WEIGHTS, code[:8], strict=True))
    return "0123456789X0"[11 - total % 11] == code[8]


def normalise_name(name: str) -> str:
    """One spelling per name: compatibility forms folded, all white space and middle dots made equal.

    >>> normalise_name(" 测试 甲 ") == normalise_name("测试甲")
    True
    """
    folded = unicodedata.normalize("NFKC", name).casefold().replace("•", "·").replace("・", "·")
    return "".join(folded.split())
