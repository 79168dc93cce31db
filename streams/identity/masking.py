"""脱敏: what of a name and a number may be shown where a State rule lets a person appear in public.

No rule that was read prescribes a pattern. The project shows the least by which a reader who knows the person
recognises the entry: the first character of the name, and of the number the region and the last character - never the
birth date.
"""

from typing import NamedTuple

_CITIZEN = 18


class Masked(NamedTuple):
    """The masked form. Fields as in ``MaskedIdentity``."""

    name: str
    number: str


def mask(name: str, number: str) -> Masked:
    """Name and checked citizen number, masked; the asterisks of a name do not tell its length.

    >>> mask("测试甲", "990000198001010020")
    Masked(name='测**', number='990000***********0')

    :raises ValueError: no citizen number; nobody else appears in public.
    """
    if len(number) != _CITIZEN:
        raise ValueError("only a citizen number can be masked")
    return Masked(f"{name[:1]}**", f"{number[:6]}{'*' * 11}{number[-1]}")
