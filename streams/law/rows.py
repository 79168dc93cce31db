"""The rows of all lists of a law folder by code, and in which file each of them stands."""

from typing import Any

from streams.law.faults import LawFault
from streams.law.files import Page, Pages

Row = dict[str, Any]


class Rows:
    """Rows by list and code. A list is one file or, where it is long, a folder of files."""

    def __init__(self, pages: Pages, faults: list[LawFault]) -> None:
        """A code that stands twice is a fault that names both places; the last row is kept."""
        self._rows: dict[str, dict[str, Row]] = {}
        self._files: dict[tuple[str, str], str] = {}
        lists = {name: (Page(f"{name}.yaml", data),) for name, data in pages.single.items() if "rows" in data}
        for name, parts in {**lists, **pages.merged}.items():
            self._rows[name] = {}
            for part in parts:
                self._take(name, part, faults)

    def _take(self, name: str, part: Page, faults: list[LawFault]) -> None:
        for row in part.data["rows"]:
            code = row["code"]
            there = self._files.get((name, code))
            if there is not None:
                elsewhere = "" if there == part.file else f", the other time in {there}"
                faults.append(LawFault(part.file, code, f"the code stands twice{elsewhere}", "Keep one of the rows"))
            self._rows[name][code] = row
            self._files[name, code] = part.file

    def of(self, name: str) -> dict[str, Row]:
        """The rows of one list by code, in the order of its files."""
        return self._rows[name]

    def file_of(self, name: str, code: str) -> str:
        """The file in which a row stands."""
        return self._files[name, code]
