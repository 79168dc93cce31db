"""The check character inside a unified social credit code. GB 11714 was not read, so a mismatch is only a warning."""

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_agrees(uscc: str) -> bool:
    """Whether positions 9-17 of a valid 18-character code carry their own check character.

    >>> organisation_agrees("91110000600037341L")
    True
    """
    code = uscc[8:17]
    total = sum(weight * int(character, 36) for weight, character in zip(_WEIGHTS, code[:8], strict=True))
    return "0123456789X0"[11 - total % 11] == code[8]
