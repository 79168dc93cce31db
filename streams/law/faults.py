"""What is wrong with a law file, said so that a lawyer can cure it."""


class LawFault(Exception):
    """One fault of the law data: ``file`` (relative to the law folder), ``key``, ``message`` and ``cure``.

    ``others`` holds further faults found by the same check, so that an author sees all of them at once.
    """

    def __init__(self, file: str, key: str, message: str, cure: str) -> None:
        super().__init__(f"{file}: {key}: {message}. {cure}.")
        self.file = file
        self.key = key
        self.message = message
        self.cure = cure
        self.others: tuple[LawFault, ...] = ()


def raise_all(faults: list[LawFault]) -> None:
    """Raise the first of ``faults`` carrying the others; return quietly if there is none."""
    if faults:
        faults[0].others = tuple(faults[1:])
        raise faults[0]
