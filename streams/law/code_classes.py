"""What each code of a receipt counts as where channels are assessed: ``class`` of ``codes.yaml``.

No decision knows the classes, so they are no part of the law book: sorting a code anew changes no digest.
"""

from pathlib import Path

from streams.law.loader import FOLDER
from streams.law.reading import read

FILE = "codes.yaml"


def classes(folder: Path = FOLDER) -> dict[str, str]:
    """Code -> class, for every code of ``folder``; the schema lets none go without. Raises LawFault.

    >>> classes()["GROUND_MISSING"]
    'completeness'
    """
    return {row["code"]: row["class"] for row in read(folder / FILE, FILE, "codes")["rows"]}
