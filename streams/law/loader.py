"""The law folder becomes one frozen law book, or a fault that says which file, which key and how to cure it.

>>> from streams.law.loader import load
>>> load().items["COURT_CONSUMPTION_ORDER"].name
'限制消费令'
"""

from collections.abc import Container, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from streams.core.law import (
    Body,
    CodeText,
    EndingReason,
    Instrument,
    Item,
    LawBook,
    Measure,
    Offer,
    Publicity,
    RepairScheme,
    Scale,
    TimeLimit,
)
from streams.law import canonical, items, periods, publicity, references
from streams.law.faults import LawFault, raise_all
from streams.law.files import Pages, read_folder
from streams.law.rows import Rows
from streams.law.rules import Shelf, rules

if TYPE_CHECKING:
    from topics.catalogue import Catalogue

FOLDER = Path(__file__).parent
Kind = TypeVar("Kind", bound=msgspec.Struct)


def load(folder: Path | None = None, bodies: Mapping[str, Any] | None = None) -> LawBook:
    """The law book in ``folder`` (default: this package's data) with the bodies and partners of ``topics/bodies.yaml``.

    ``bodies``: code -> Body or anything with its fields; given by tests instead of the catalogue's. Every mapping of
    the book is in order of its codes, exactly as ``canonical.parse`` gives it back. Raises LawFault.
    """
    faults: list[LawFault] = []
    pages = read_folder(folder or FOLDER, faults)
    raise_all(faults)
    catalogue = _catalogue()
    book = _assemble(pages, _bodies(catalogue.bodies if bodies is None else bodies), catalogue.partners, faults)
    raise_all(faults)
    return canonical.parse(canonical.dump(book))


def check(folder: Path | None = None, bodies: Mapping[str, Any] | None = None) -> tuple[LawFault, ...]:
    """Every fault ``load`` would find, none if the book loads."""
    try:
        load(folder, bodies)
    except LawFault as fault:
        return (fault, *fault.others)
    return ()


def _assemble(pages: Pages, bodies: dict[str, Body], partners: Container[str], faults: list[LawFault]) -> LawBook:
    rows = Rows(pages, faults)
    shelf = _shelf(pages, rows, faults)
    book = LawBook(
        digest="",
        title=pages.single["book"]["title"],
        instruments=shelf.instruments,
        fields=_names(rows, "fields"),
        conducts=_names(rows, "conducts"),
        groups=_names(rows, "groups"),
        roles=shelf.roles,
        items=shelf.items,
        endings=_typed(rows, "endings", EndingReason),
        measures=shelf.measures,
        rules=rules(pages.memoranda, shelf, faults),
        scales=tuple(msgspec.convert(page.data, Scale) for page in pages.severity),
        bodies=bodies,
        refusals=_names(rows, "refusals"),
        purposes=_purposes(rows, references.Texts(shelf.instruments, faults)),
        codes=_typed(rows, "codes", CodeText),
        reasons=shelf.reasons,
        working_days={str(page.data["year"]): _deviations(page.data) for page in pages.calendar},
        cut_over=date.fromisoformat(shelf.cut_over),
        publicity=_typed(rows, "publicity", Publicity),
        offers=_typed(rows, "offers", Offer),
        limits=_typed(rows, "limits", TimeLimit),
        repair=tuple(msgspec.convert(row, RepairScheme) for row in pages.single["repair"]["schemes"]),
        repair_conditions={row["code"]: row["zh"] for row in pages.single["repair"]["conditions"]},
    )
    _check(book, pages, rows, references.Resolver(book, partners, faults), faults)
    return book


def _shelf(pages: Pages, rows: Rows, faults: list[LawFault]) -> Shelf:
    """What the rows of memoranda may refer to."""
    instruments = _typed(rows, "instruments", Instrument)
    return Shelf(
        cut_over=pages.single["book"]["cut_over"]["day"],
        instruments=instruments,
        items=_typed(rows, "items", Item, by_code=("grounds",)),
        measures=_typed(rows, "measures", Measure, in_national_list="unverified"),
        roles=_names(rows, "roles"),
        reasons=_reasons(rows, references.Texts(instruments, faults), faults),
        executors=rows.of("executors"),
    )


def _check(book: LawBook, pages: Pages, rows: Rows, resolver: references.Resolver, faults: list[LawFault]) -> None:
    references.check(book, pages, rows, resolver, faults)
    publicity.check(book, resolver, faults)
    items.check(book.items, rows, faults)
    periods.check_versions(pages.memoranda, faults)
    periods.check_scales(book.scales, faults)
    periods.check_repair(book.repair, faults)
    periods.check_calendar(pages.calendar, faults)
    for page in (*pages.merged["instruments"], *pages.merged["items"]):
        periods.check_order(page.file, page.data["rows"], faults)
    for name in ("publicity", "offers"):
        periods.check_order(f"{name}.yaml", pages.single[name]["rows"], faults)


def _names(rows: Rows, name: str) -> dict[str, str]:
    return {code: row["zh"] for code, row in rows.of(name).items()}


def _typed(rows: Rows, name: str, kind: type[Kind], by_code: tuple[str, ...] = (), **also: Any) -> dict[str, Kind]:
    """Rows as ``kind``. ``by_code``: fields whose values carry their own key as ``code``; ``also``: defaults."""
    found = {}
    for code, row in rows.of(name).items():
        inner = {key: {one: {"code": one, **value} for one, value in row[key].items()} for key in by_code}
        found[code] = msgspec.convert({**also, **row, **inner}, kind)
    return found


def _reasons(rows: Rows, texts: references.Texts, faults: list[LawFault]) -> dict[str, str]:
    """Reason codes with Chinese text and citation; every ending is a reason too."""
    found = {}
    for code, row in rows.of("reasons").items():
        found[code] = texts.cited(row["zh"], row.get("cites", []), "reasons.yaml", f"{code}.cites")
    for code, ending in rows.of("endings").items():
        if code in found:
            faults.append(LawFault("reasons.yaml", code, "the code is an ending already", "Rename or remove the row"))
        place = [{"instrument": ending["instrument"], "clause": ending["clause"]}]
        found[code] = texts.cited(ending["name"], place, "endings.yaml", f"{code}.instrument")
    return found


def _purposes(rows: Rows, texts: references.Texts) -> dict[str, str]:
    found = {}
    for code, row in rows.of("purposes").items():
        place = [{"instrument": row["instrument"], "clause": row["clause"]}]
        text = f"{row['zh']}。可用者：{row['who']}"
        found[code] = texts.cited(text, place, "purposes.yaml", f"{code}.instrument")
    return found


def _deviations(data: dict[str, Any]) -> tuple[str, ...]:
    """-MM-DD = off from Monday to Friday, +MM-DD = worked at a weekend; in order of the days."""
    marked = [(day[4:], "-") for day in data["days_off"]] + [(day[4:], "+") for day in data["days_worked"]]
    return tuple(sign + day.removeprefix("-") for day, sign in sorted(marked))


def _catalogue() -> "Catalogue":
    from topics.catalogue import Catalogue

    return Catalogue.load()


def _bodies(given: Mapping[str, Any]) -> dict[str, Body]:
    return {code: msgspec.convert(body, Body, from_attributes=True) for code, body in given.items()}
