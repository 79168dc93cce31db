"""公共信用信息应用目录: which department may ask what, for which work. Data in ``applications.yaml``, read once.

A row is used only while its purpose is active and the texts it rests on are verified and in force; a measure that no
active rule of the law book gives to the department is a fault, so that the catalogue never promises more than the law.
"""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sinks.portal.refusals import purpose_not_allowed
from streams.core.law import Instrument, LawBook
from topics.catalogue import Catalogue
from topics.files import TopicFault, read

FOLDER = Path(__file__).parent
FILE = FOLDER / "applications.yaml"


class Information(StrEnum):
    OWN_MEASURES = "own_measures"  # open measures proposed to the department, of those named, with their grounds
    OWN_PROPOSALS = "own_proposals"  # whom a proposal to the department is about
    OWN_DOCUMENTS = "own_documents"  # records resting on what the department's channel reported
    ALL_RECORDS = "all_records"  # every record that stands


class Purpose(Struct, frozen=True):
    """What a query is for (用途), with the text that allows it."""

    code: str
    zh: str
    instrument: str
    clause: str
    inactive_reason: str | None = None


class Row(Struct, frozen=True):
    """One line of the catalogue: ``departments`` may have ``information`` for ``purpose``."""

    code: str
    purpose: str
    departments: tuple[str, ...] | Literal["executing", "deciding"]
    information: Information
    measures: tuple[str, ...] = ()
    inactive_reason: str | None = None


class Exemption(Struct, frozen=True):
    """A lawful case in which a person is not told who looked (个人信息保护法 45)."""

    code: str
    zh: str
    instrument: str
    clause: str
    purposes: tuple[str, ...]
    inactive_reason: str | None = None


class Applications:
    """The catalogue over a law book and the channels. ``instruments``: those of the book."""

    def __init__(self, data: dict[str, Any], book: LawBook, channels: Catalogue) -> None:
        self.purposes = {one.code: one for one in msgspec.convert(data["purposes"], tuple[Purpose, ...])}
        self.rows = msgspec.convert(data["rows"], tuple[Row, ...])
        self.exemptions = msgspec.convert(data["exemptions"], tuple[Exemption, ...])
        self.instruments: dict[str, Instrument] = book.instruments
        self.measures = book.measures
        self._departments = {
            "executing": tuple(one.code for one in channels.channels.values() if one.executes),
            "deciding": tuple(one.code for one in channels.channels.values() if one.decides),
        }
        for fault in self._faults(book, channels):
            raise fault

    @classmethod
    def load(cls, book: LawBook, channels: Catalogue, file: Path = FILE) -> "Applications":
        """Read ``file``. Raises TopicFault (file, key, cure)."""
        return cls(read(file, FOLDER / "applications.schema.json"), book, channels)

    def departments(self, row: Row) -> tuple[str, ...]:
        """Channels that a row names."""
        return self._departments[row.departments] if isinstance(row.departments, str) else row.departments

    def allowed(self, purpose: str, channel: str, information: frozenset[Information], day: date) -> Row:
        """The row by which ``channel`` may have one of ``information`` for ``purpose`` on ``day``.

        :raises Refusal: there is none; it says whether the purpose, the department or the text is what lacks.
        """
        found = self.purposes.get(purpose)
        if found is None:
            raise purpose_not_allowed("unknown", "查询用途不在应用目录中", "no purpose of the application catalogue")
        why = self.why_not(found, day)
        if why is not None:
            raise purpose_not_allowed(purpose, f"该用途未启用：{why}", "the catalogue does not allow it yet")
        rows = [
            row
            for row in self.rows
            if row.purpose == purpose and row.information in information and channel in self.departments(row)
        ]
        for row in rows:
            if row.inactive_reason is None:
                return row
        if rows:
            raise purpose_not_allowed(purpose, f"未启用：{rows[0].inactive_reason}", "the row is not in use")
        raise purpose_not_allowed(
            purpose, "应用目录未允许本部门为此用途查询该信息", "not allowed to this department for this information"
        )

    def why_not(self, purpose: Purpose | Exemption, day: date) -> str | None:
        """Why nobody may rest a query (or a silence) on it today; None: they may."""
        if purpose.inactive_reason is not None:
            return purpose.inactive_reason
        text = self.instruments[purpose.instrument]
        begins, ends = text.in_force_from, text.in_force_to
        if begins is None or day < begins or (ends is not None and ends < day):
            return f"《{text.title}》当日未施行"
        return None

    def withheld(self, purpose: str, day: date) -> Exemption | None:
        """By which exemption a look for ``purpose`` is counted and not told; None: it is told."""
        active = (one for one in self.exemptions if purpose in one.purposes and self.why_not(one, day) is None)
        return next(active, None)

    def _faults(self, book: LawBook, channels: Catalogue) -> list[TopicFault]:
        faults = []
        resting: list[Purpose | Exemption] = [*self.purposes.values(), *self.exemptions]
        for one in resting:
            text = book.instruments.get(one.instrument)
            if text is None or not text.mark.startswith("verified"):
                faults.append(_fault(one.code, f"{one.instrument} is no verified text; name one, or remove the row"))
        for row in self.rows:
            if row.purpose not in self.purposes:
                faults.append(_fault(row.code, f"purpose {row.purpose} is not listed; add it under purposes"))
            for channel in self.departments(row):
                if channel not in channels.channels:
                    faults.append(_fault(row.code, f"{channel} is no channel of topics/bodies.yaml"))
            faults += [
                _fault(row.code, f"no active rule gives {measure} to these departments; remove it")
                for measure in row.measures
                if not self._given(book, measure, self.departments(row))
            ]
        for exemption in self.exemptions:
            faults += [
                _fault(exemption.code, f"no purpose {one}") for one in exemption.purposes if one not in self.purposes
            ]
            if exemption.inactive_reason is None and not exemption.purposes:
                faults.append(_fault(exemption.code, "withholds nothing; name its purposes or the reason why not"))
        return faults

    @staticmethod
    def _given(book: LawBook, measure: str, departments: tuple[str, ...]) -> bool:
        return any(
            rule.active and rule.measure == measure and rule.executor in departments for rule in book.rules.values()
        )


def _fault(code: str, cure: str) -> TopicFault:
    return TopicFault(FILE.name, code, cure)
