"""Subjects, versions and ids, worked out from the schema files: nothing is stored and nothing is ever registered.

A topic that admits several records has one subject for all of them under the topic's name; its versions count in the
order of ids, and its ``latest`` is the newest version of the record its family names first. Whoever writes another of
its records with ``use.latest.version`` names subjects by record instead.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from schemas.files import FOLDER, canonical_text, digest, ids, sources

READ_ONLY = 42205  # the API's "operation not permitted"
INVALID_SCHEMA = 42201
_GREATEST_ID = 2**31 - 1


class RegistryFault(Exception):
    """What the API refuses, in its own form: HTTP status, error code, message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Registered(NamedTuple):
    """One version of a subject. ``schema`` is the text as clients parse it."""

    subject: str
    version: int
    id: int
    schema: str


class Registry:
    """Answers by subject and by id. Frozen after ``load``."""

    def __init__(self, subjects: dict[str, tuple[Registered, ...]], latest: dict[str, int], digests: dict[str, int]):
        self._subjects = subjects
        self._latest = latest  # subject -> the version that is meant by "latest"
        self._digests = digests  # digest -> id
        self._texts = {one.id: one.schema for versions in subjects.values() for one in versions}

    @classmethod
    def load(cls, topics: Mapping[str, tuple[str, ...]], folder: Path = FOLDER) -> "Registry":
        """``topics``: name of each topic with the records it admits, the chief one first.

        >>> registry = Registry.load({"events.court": ("CreditDetermination", "GroundEnding")})
        >>> registry.version("events.court-value", "latest").id, registry.versions("chengxin.GroundEnding")
        (17, [1])
        """
        numbers = {row.schema: row.id for row in ids(folder)}
        texts: dict[str, dict[int, str]] = {}
        digests = {}
        for source in sources(folder):
            number = numbers[source.name]
            texts.setdefault(source.record, {})[number] = json.dumps(source.schema, ensure_ascii=False)
            digests[digest(source.schema)] = number
        subjects, latest = {}, {}
        for name, records in _names(topics, tuple(texts)):
            here = sorted((number, text) for record in records for number, text in texts[record].items())
            subjects[name] = tuple(Registered(name, at, *one) for at, one in enumerate(here, 1))
            chief = max(texts[records[0]])
            latest[name] = next(one.version for one in subjects[name] if one.id == chief)
        return cls(subjects, latest, digests)

    def text(self, number: int) -> str:
        """The schema with this id."""
        if number not in self._texts:
            raise RegistryFault(404, 40403, f"Schema {number} not found")
        return self._texts[number]

    def uses(self, number: int) -> list[Registered]:
        """Every version of a subject that has this id."""
        self.text(number)
        return [one for name in self.subjects() for one in self._subjects[name] if one.id == number]

    def subjects(self, beginning: str = "") -> list[str]:
        return sorted(name for name in self._subjects if name.startswith(beginning))

    def versions(self, subject: str) -> list[int]:
        return [one.version for one in self._of(subject)]

    def version(self, subject: str, version: str) -> Registered:
        """``version``: a number, "latest", or -1 which means the same."""
        found = self._of(subject)
        if version in ("latest", "-1"):
            return found[self._latest[subject] - 1]
        if not version.isascii() or not version.isdigit() or not 1 <= int(version[:11]) <= _GREATEST_ID:
            raise RegistryFault(422, 42202, f"The specified version '{version[:20]}' is not a valid version id")
        if int(version) > len(found):
            raise RegistryFault(404, 40402, f"Version {version} not found.")
        return found[int(version) - 1]

    def lookup(self, subject: str, text: str) -> Registered:
        """The version of ``subject`` that is this schema, however it is laid out and whatever its docs say."""
        found = self._of(subject)
        number = self._digests.get(_digest(text))
        for one in found:
            if one.id == number:
                return one
        raise RegistryFault(404, 40403, "Schema not found")

    def register(self, subject: str, text: str) -> int:
        """The id of a schema we have; anything else is refused, for ids are given in the repository alone."""
        if subject not in self._subjects:
            raise RegistryFault(422, READ_ONLY, f"Subject '{subject}' is not one of this registry, which is read-only")
        try:
            return self.lookup(subject, text).id
        except RegistryFault as fault:
            if fault.code == INVALID_SCHEMA:
                raise
            raise RegistryFault(422, READ_ONLY, f"Subject '{subject}' is in read-only mode") from None

    def _of(self, subject: str) -> tuple[Registered, ...]:
        if subject not in self._subjects:
            raise RegistryFault(404, 40401, f"Subject '{subject}' not found.")
        return self._subjects[subject]


def _names(topics: Mapping[str, tuple[str, ...]], records: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every subject with its records, under the three ways clients name them: topic, record, topic and record."""
    for record in records:
        yield f"chengxin.{record}", (record,)
    for topic, admitted in topics.items():
        if admitted:
            yield f"{topic}-value", admitted
        for record in admitted:
            yield f"{topic}-chengxin.{record}", (record,)


def _digest(text: str) -> str:
    try:
        schema = json.loads(text)
        canonical_text(schema)
        return digest(schema)
    except (ValueError, TypeError, RecursionError):
        raise RegistryFault(
            422, INVALID_SCHEMA, "Either the input schema or one of its references is invalid"
        ) from None
