"""Every code a law file names must exist: a reference that does not resolve is a fault, never null."""

from collections.abc import Container, Iterable

from streams.core.law import Instrument, Item, LawBook
from streams.law.faults import LawFault
from streams.law.files import Pages
from streams.law.rows import Rows


class Texts:
    """Writes citations, and reports instruments that do not exist."""

    def __init__(self, instruments: dict[str, Instrument], faults: list[LawFault]) -> None:
        self._instruments = instruments
        self._faults = faults

    def cited(self, text: str, places: list[dict[str, str]], file: str, key: str) -> str:
        """``text`` followed by its citations, e.g. 名单期限届满（《…》（法释〔2013〕17号）第二条）."""
        found = []
        for place in places:
            instrument = self._instruments.get(place["instrument"])
            if instrument is None:
                self._faults.append(_unknown(file, key, place["instrument"], "instruments/"))
            else:
                found.append(_citation(instrument, place["clause"]))
        return f"{text}（{'；'.join(found)}）" if found else text


class Resolver:
    """Reports codes that the file they belong to does not hold."""

    def __init__(self, book: LawBook, partners: Container[str], faults: list[LawFault]) -> None:
        self._faults = faults
        self._known: dict[str, Container[str]] = {
            "instruments/": book.instruments,
            "items/": book.items,
            "fields.yaml": book.fields,
            "conducts.yaml": book.conducts,
            "groups.yaml": book.groups,
            "roles.yaml": book.roles,
            "endings.yaml": book.endings,
            "reasons.yaml": book.reasons,
            "topics/bodies.yaml": {body.sector for body in book.bodies.values()},
            "partners of topics/bodies.yaml": partners,
        }

    def need(self, file: str, key: str, codes: Iterable[str], where: str) -> None:
        """Each of ``codes``, named at ``key`` of ``file``, must stand in ``where``."""
        for code in codes:
            if code not in self._known[where]:
                self._faults.append(_unknown(file, key, code, where))


def check(book: LawBook, pages: Pages, rows: Rows, resolver: Resolver, faults: list[LawFault]) -> None:
    """References between the files of ``book`` outside the memoranda, which check their own rows."""
    single = pages.single
    heads = {str(page.data.get("instrument")) for page in pages.memoranda}
    for name in ("fields", "groups", "conducts", "roles"):
        resolver.need(f"{name}.yaml", "instrument", [single[name]["instrument"]], "instruments/")
    cut_over = single["book"]["cut_over"]["instrument"]
    resolver.need("book.yaml", "cut_over.instrument", [cut_over], "instruments/")
    for item in book.items.values():
        _check_item(item, rows.file_of("items", item.code), resolver, faults)
    for measure in book.measures.values():
        statutes = [] if measure.statute is None else [measure.statute]
        resolver.need(rows.file_of("measures", measure.code), f"{measure.code}.statute", statutes, "instruments/")
    for scale in book.scales:
        file = f"severity/{scale.key}.yaml"
        resolver.need(file, "instrument", [scale.instrument], "instruments/")
        resolver.need(file, "rules.reason", [rule.reason for rule in scale.rules], "reasons.yaml")
    _check_procedure(book, resolver, faults)
    _check_executors(book, rows.of("executors"), faults)
    _check_memoranda(rows, heads, resolver, faults)


def _check_procedure(book: LawBook, resolver: Resolver, faults: list[LawFault]) -> None:
    for limit in book.limits.values():
        resolver.need("limits.yaml", f"{limit.code}.instrument", [limit.instrument], "instruments/")
    for scheme in book.repair:
        resolver.need("repair.yaml", f"{scheme.key}.instrument", [scheme.instrument], "instruments/")
        for code in scheme.conditions:
            if code not in book.repair_conditions:
                faults.append(_unknown("repair.yaml", f"{scheme.key}.conditions", code, "conditions"))


def _check_item(item: Item, file: str, resolver: Resolver, faults: list[LawFault]) -> None:
    for key, codes, where in (
        ("field", () if item.field is None else (item.field,), "fields.yaml"),
        ("conduct", () if item.conduct is None else (item.conduct,), "conducts.yaml"),
        ("groups", item.groups, "groups.yaml"),
        ("roles", item.roles, "roles.yaml"),
        ("instruments", item.instruments, "instruments/"),
        ("endings", item.endings, "endings.yaml"),
        ("record_only", tuple(item.record_only.values()), "reasons.yaml"),
        ("term_ending", (item.term_ending,), "reasons.yaml"),
        ("providers", item.providers, "topics/bodies.yaml"),
    ):
        resolver.need(file, f"{item.code}.{key}", codes, where)
    for kind in item.record_only:
        if kind not in item.subjects:
            message = f"the item has no subject '{kind}'"
            faults.append(LawFault(file, f"{item.code}.record_only", message, "Name a subject the item has"))


def _check_executors(book: LawBook, executors: dict[str, dict[str, str]], faults: list[LawFault]) -> None:
    for code, row in executors.items():
        body = book.bodies.get(row["body"])
        if body is None:
            faults.append(_unknown("executors.yaml", f"{code}.body", row["body"], "topics/bodies.yaml"))
        elif body.channel != row["channel"]:
            message = f"{body.code} reports through '{body.channel}', not '{row['channel']}'"
            faults.append(LawFault("executors.yaml", f"{code}.channel", message, "Correct the body or the channel"))


def _check_memoranda(rows: Rows, heads: Container[str], resolver: Resolver, faults: list[LawFault]) -> None:
    """A memorandum that is named has its file, or says why it has none."""
    for code, row in rows.of("instruments").items():
        file = rows.file_of("instruments", code)
        if "left_out" in row:
            resolver.need(file, f"{code}.left_out", [row["left_out"]], "reasons.yaml")
        elif row["basis_grade"] == "memorandum" and code not in heads:
            cure = f"Add memoranda/{code}.v1.yaml, or say left_out with a code of reasons.yaml"
            faults.append(LawFault(file, code, "no file of memoranda/ holds its measures", cure))


def _unknown(file: str, key: str, code: str, where: str) -> LawFault:
    return LawFault(file, key, f"'{code}' is unknown", f"Use a code of {where} or add it there")


def _citation(instrument: Instrument, clause: str) -> str:
    """《title》（number）clause; the number is left out where none was verified."""
    number = f"（{instrument.number}）" if instrument.number else ""
    return f"《{instrument.title}》{number}{clause}"
