"""Runs case files and tells what differs."""

from pathlib import Path
from typing import NamedTuple

from streams.cases.compare import differences
from streams.cases.model import Case
from streams.cases.read import CaseFault, find, read
from streams.cases.stage import StageFault, play
from streams.core.law import LawBook


class Result(NamedTuple):
    """One case and what differed; empty = passed."""

    path: Path
    case: Case
    differences: list[str]


def run_case(case: Case, law: LawBook) -> list[str]:
    """The differences of one case.

    :raises StageFault: the case asks for something that cannot be played.
    """
    played, stage = play(case, law)
    return differences(played, stage, case.then)


def run(paths: list[Path], law: LawBook) -> list[Result]:
    """All cases of all files in order.

    :raises CaseFault: a file or a case is malformed; nothing is guessed.
    """
    results = []
    for path in find(paths):
        for number, case in enumerate(read(path), start=1):
            try:
                results.append(Result(path, case, run_case(case, law)))
            except (StageFault, ValueError) as error:
                raise CaseFault(path, f"case {number} {case.name!r}: {error}") from error
    return results
