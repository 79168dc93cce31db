"""What an officer is told. Pure: a standing, the row of the catalogue that allows it, a day; and no more than that."""

from collections.abc import Iterator
from datetime import date

from sinks.portal.applications import Information, Row
from sinks.portal.describing import NOTICE, holds, open_on, record, stands
from sinks.portal.shapes import Resolved, Status
from streams.core.decisions import Entry, Obligation
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.identity import mask, normalise_name
from streams.identity.sealing import Identity


def told(standing: Standing, row: Row, channel: str, day: date) -> list[tuple[Entry, tuple[Obligation, ...]]]:
    """Entries that ``row`` lets ``channel`` know, each with the measures it lets it know. What has ended is in none: no
    measure that is being lifted, and of a record that is repaired nothing but the ban that a law lets go on."""
    found = []
    for key, entry in standing.entries.items():
        if stands(entry, day):
            measures = tuple(one for one in standing.obligations.get(key, ()) if holds(one, day))
            own = tuple(one for one in measures if one.executor == channel)
            if row.information is Information.OWN_MEASURES or key not in standing.repaired:
                found += list(_allowed(entry, row, channel, measures, own))
    return found


def _allowed(
    entry: Entry, row: Row, channel: str, measures: tuple[Obligation, ...], own: tuple[Obligation, ...]
) -> Iterator[tuple[Entry, tuple[Obligation, ...]]]:
    if row.information is Information.ALL_RECORDS:
        yield entry, measures
    elif row.information is Information.OWN_DOCUMENTS and entry.channel == channel:
        yield entry, own
    elif row.information is Information.OWN_MEASURES:
        named = tuple(one for one in own if one.measure in row.measures)
        if named:
            yield entry, named


def status(
    standing: Standing, entries: list[tuple[Entry, tuple[Obligation, ...]]], row: Row, law: LawBook, day: date
) -> Status:
    """The answer over what ``told`` gave."""
    records = [record(entry, standing, measures, law) for entry, measures in entries]
    return Status(row=row.code, as_of=day, records=records, notice=NOTICE)


def nothing(row: Row, day: date) -> Status:
    """The same answer for who is unknown and for whose records this row does not let the department know."""
    return Status(row=row.code, as_of=day, records=[], notice=NOTICE)


def proposal(standing: Standing, obligation_id: str, channel: str, day: date) -> tuple[Entry, Obligation] | None:
    """The open proposal of that id to ``channel``, with its entry, also while it is being lifted: whoever proves that
    has to know whose it is. None for any other: lifted, refused, another's."""
    for key, obligations in standing.obligations.items():
        for one in obligations:
            if one.obligation_id == obligation_id and one.executor == channel and open_on(one, day):
                return standing.entries[key], one
    return None


def resolved(standing: Standing, entry: Entry, one: Obligation, identity: Identity) -> Resolved:
    """The code of an entity is public; the number of a person stays masked."""
    number = identity.number
    if identity.kind == "citizen":
        number = mask(normalise_name(identity.name), identity.number).number
    return Resolved(
        obligation_id=one.obligation_id,
        measure=one.measure,
        state=one.state.value,
        name=identity.name,
        number=number,
        disputed=standing.disputed(entry.key),
        doubted=entry.receipt_id in standing.doubts,
    )
