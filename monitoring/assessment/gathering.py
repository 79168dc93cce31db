"""All figures of some months, from tables, query log and returns: one place that knows where each comes from."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver import Client

from monitoring.assessment import cells, freezing, queries, reference, returns
from monitoring.assessment.cells import Cells
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.freezing import Frozen
from sinks.portal.applications import Applications
from streams.core.law import LawBook
from streams.law.code_classes import classes
from streams.reader import Reader
from topics.catalogue import Catalogue

Asked = Callable[[date, date], dict[date, Cells]]  # questions put on record between two months


class Office(NamedTuple):
    """What is needed to count: open tables, the law book, codes of channels, the query log, the folder of returns."""

    client: Client
    book: LawBook
    channels: frozenset[str]
    asked: Asked
    returns: Path | None

    @property
    def platforms(self) -> dict[str, str]:
        return reference.cities_of_channels(self.book)


class Months(NamedTuple):
    """``now``: as counted today; ``frozen``: as they were frozen, where they were."""

    now: dict[date, Cells]
    frozen: dict[date, Frozen]

    def told(self, month: date) -> Cells:
        """What a bulletin tells of ``month``: the frozen figures where there are any."""
        return self.frozen[month].cells if month in self.frozen else self.now.get(month, {})


def query_log(reader: Reader, book: LawBook) -> Asked:
    """The query log of a deployment."""
    spec = reader.catalogue.families["querylog"].partitions.of(reader.settings.scale)
    platforms, purposes = reference.cities_of_channels(book), purposes_of(book, reader.catalogue)

    def asked(first: date, last: date) -> dict[date, Cells]:
        topic, months = reader.topic("querylog"), (first, last)
        return queries.read(reader.bootstrap, topic, spec, reader.codec, months, purposes=purposes, platforms=platforms)

    return asked


def purposes_of(book: LawBook, catalogue: Catalogue) -> dict[str, str]:
    """What a question may be for: of the published application catalogue, and of looks from before there was one."""
    published = Applications.load(book, catalogue).purposes
    return {**book.purposes, **{one.code: one.zh for one in published.values()}}


def today(client: Client) -> date:
    """The newest day of any row. Raises AssessmentFault where nothing has come yet."""
    rows, day = client.execute("SELECT count(), max(assumeNotNull(day)) FROM receipts WHERE day IS NOT NULL")[0]
    decided = client.execute("SELECT max(decided_on) FROM decisions")[0][0]
    if not rows:
        raise AssessmentFault("尚无任何回执 / there is no receipt yet: nothing to assess")
    last: date = max(day, decided)
    return last


def gather(office: Office, months: list[date]) -> Months:
    """The figures of ``months`` (in order, no gap), after the tables of the law book are up to date."""
    reference.fill(office.client, reference.reference(office.book, classes()))
    first, last = months[0], months[-1]
    now = cells.read(office.client, first, last, office.platforms)
    for month, more in office.asked(first, last).items():
        _merge(now.setdefault(month, {}), more)
    for month in months:
        if office.returns is not None:
            _merge(now.setdefault(month, {}), _returned(office, office.returns, month))
    return Months(now, freezing.frozen(office.client, first, last))


def _returned(office: Office, folder: Path, month: date) -> Cells:
    said = returns.read(folder, month, office.channels, office.book)
    return returns.count(said, cells.arrived(office.client, month), office.book, office.platforms)


def _merge(into: Cells, more: Cells) -> None:
    for place, numbers in more.items():
        cells.add(into, place, numbers)


def begun(office: Office, month: date) -> date:
    """The newest day of any row; raises AssessmentFault where it lies before ``month``."""
    day = today(office.client)
    if day < month:
        raise AssessmentFault(
            f"{month:%Y-%m} 尚未开始，已入库最后一日为 {day} / lies ahead: the newest row is of {day}"
        )
    return day


def freeze(office: Office, month: date) -> Frozen:
    """Freeze ``month`` as it stands now. Raises AssessmentFault."""
    day = begun(office, month)
    return freezing.freeze(office.client, month, gather(office, [month]).now.get(month, {}), day)


def frozen_month(office: Office, month: date) -> Cells:
    """The figures of a frozen month. These alone leave the office, so that two exports never differ by one record.

    Raises AssessmentFault where the month is not frozen.
    """
    found = freezing.frozen(office.client, month, month)
    if month not in found:
        raise AssessmentFault(
            f"{month:%Y-%m} 尚未定稿 / is not frozen: run `chengxin assess freeze --month {month:%Y-%m}` first"
        )
    return found[month].cells
