"""Which files make a law book, and what each of them is."""

from pathlib import Path
from typing import Any, NamedTuple

from streams.law.faults import LawFault
from streams.law.reading import read

SINGLE = {
    "book": "book",
    "fields": "vocabulary",
    "groups": "vocabulary",
    "conducts": "vocabulary",
    "roles": "vocabulary",
    "endings": "endings",
    "executors": "executors",
    "refusals": "refusals",
    "purposes": "purposes",
    "codes": "codes",
    "reasons": "reasons",
    "publicity": "publicity",
    "offers": "offers",
    "limits": "limits",
    "repair": "repair",
}
MERGED = {"instruments": "instruments", "items": "items", "measures": "measures"}  # folders whose files are one list
FOLDERS = {"memoranda": "memorandum", "severity": "severity", "calendar": "calendar"}


class Page(NamedTuple):
    """One file of a folder."""

    file: str  # relative to the law folder
    data: dict[str, Any]


class Pages(NamedTuple):
    """Everything read from a law folder; shapes are checked, references are not."""

    single: dict[str, dict[str, Any]]  # name without .yaml -> content
    merged: dict[str, tuple[Page, ...]]  # name of the folder -> its files
    memoranda: tuple[Page, ...]
    severity: tuple[Page, ...]
    calendar: tuple[Page, ...]


def read_folder(folder: Path, faults: list[LawFault]) -> Pages:
    """Read every file of ``folder``; what cannot be read goes to ``faults`` and is left out."""
    single = {}
    for name, kind in SINGLE.items():
        page = _read(folder, f"{name}.yaml", kind, faults)
        if page is not None:
            single[name] = page.data
    merged = {name: _read_all(folder, name, kind, faults) for name, kind in MERGED.items()}
    parts = {name: _read_all(folder, name, kind, faults) for name, kind in FOLDERS.items()}
    _refuse_strays(folder, faults)
    return Pages(single, merged, **parts)


def _read_all(folder: Path, name: str, kind: str, faults: list[LawFault]) -> tuple[Page, ...]:
    pages = []
    for path in sorted((folder / name).glob("*.yaml")):
        part = kind == "memorandum" and path.name.count(".") == 3
        page = _read(folder, f"{name}/{path.name}", "memorandum_part" if part else kind, faults)
        if page is not None:
            pages.append(page)
    if not pages:
        faults.append(LawFault(f"{name}/", "folder", "there is no file in it", "Restore the folder"))
    return tuple(pages)


def _read(folder: Path, file: str, kind: str, faults: list[LawFault]) -> Page | None:
    try:
        return Page(file, read(folder / file, file, kind))
    except LawFault as fault:
        faults.append(fault)
        return None


def _refuse_strays(folder: Path, faults: list[LawFault]) -> None:
    """A file under a wrong name would otherwise be law that nobody applies."""
    for path in sorted(folder.rglob("*.y*ml")):
        file = path.relative_to(folder).as_posix()
        room, _, _ = file.rpartition("/")
        known = room in FOLDERS or room in MERGED if room else path.stem in SINGLE
        if not known or path.suffix != ".yaml":
            faults.append(LawFault(file, "file", "no law file has this name", "Rename it as README.md lists"))
