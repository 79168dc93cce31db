"""Seals and entries on their topics, and the copy of the seals in a file."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from kafka import TopicPartition

from schemas.codec import SchemaFault
from streams.audit.chain import DIGEST, KEY, Entry
from streams.audit.keys import AuditFault, Unreadable
from streams.audit.seals import Seal, read_line
from streams.laws import read_to_end
from streams.reader import Reader

SEALS, ENTRIES = "audit", "audit.entries"
SEALER = "sealer"  # as a reader of topics/*.yaml
_CHUNK = 4_000  # entries of one record, some 300 KB
_MOST = 1 << 24


def sealed_topics(reader: Reader) -> dict[str, bool]:
    """Topics under seal, without prefix, and whether they are compacted: those the catalogue gives the sealer to
    read, but for its own."""
    specs = (spec for spec in reader.catalogue.topics() if spec.family not in (SEALS, ENTRIES))
    families = reader.catalogue.families
    return {
        spec.name: families[spec.family].cleanup == "compact"
        for spec in specs
        if SEALER in families[spec.family].readers
    }


def seals(reader: Reader) -> Iterator[Seal]:
    """All seals of the topic, in its order. Raises Unreadable where a record is none."""
    for raw in read_to_end(reader.bootstrap, TopicPartition(reader.topic(SEALS), 0)):
        said = _decoded(reader, "AuditSeal", raw)
        yield msgspec.convert(said, Seal)


def entries(reader: Reader) -> Iterator[tuple[int, str, int, list[Entry]]]:
    """All entries of the topic in its order: number of the seal, topic, partition, and a run of entries. Raises
    Unreadable as ``seals``."""
    for raw in read_to_end(reader.bootstrap, TopicPartition(reader.topic(ENTRIES), 0)):
        said = _decoded(reader, "AuditEntries", raw)
        gone = frozenset(said["tombstones"])
        contents, keys = _cut(said["contents"], DIGEST), _cut(said["keys"], KEY)
        yield (
            said["seal"],
            said["topic"],
            said["partition"],
            [
                Entry(offset, at, content, keys[number] if keys else b"", offset in gone)
                for number, (offset, at, content) in enumerate(
                    zip(said["offsets"], said["times"], contents, strict=False)
                )
            ],
        )


def seal_value(reader: Reader, seal: Seal) -> bytes:
    """The record of a seal."""
    return reader.codec.encode("AuditSeal", msgspec.to_builtins(seal, builtin_types=(date,)))


def entry_values(reader: Reader, number: int, place: tuple[str, int], found: Sequence[Entry]) -> Iterator[bytes]:
    """The records of what is new in one partition."""
    for first in range(0, len(found), _CHUNK):
        part = found[first : first + _CHUNK]
        fields = {
            "seal": number,
            "topic": place[0],
            "partition": place[1],
            "offsets": [one.offset for one in part],
            "times": [one.at for one in part],
            "contents": b"".join(one.content for one in part),
            "keys": b"".join(one.key for one in part),
            "tombstones": [one.offset for one in part if one.tombstone],
        }
        yield reader.codec.encode("AuditEntries", fields)


def read_copy(file: Path) -> list[Seal]:
    """Seals of a copy, in order; none where there is no file.

    :raises AuditFault: a line is no seal.
    """
    try:
        return [read_line(line) for line in file.read_bytes().splitlines()] if file.exists() else []
    except ValueError as error:
        raise AuditFault(f"{file}: 不是封印副本 / not a copy of seals: {error}") from error


def keep(file: Path, kept: Sequence[Seal], known: Sequence[Seal]) -> None:
    """Append to the copy what it lacks; on the disk when this returns.

    :raises AuditFault: the topic is not what the copy says it was. Nothing may be sealed on top of it.
    """
    if list(kept) != list(known[: len(kept)]):
        raise AuditFault(
            f"{file}: 主题上的封印与副本不符 / the seals on the topic are not those of this copy: one was changed or "
            "is gone. Nothing more is sealed; run chengxin audit verify"
        )
    _append(file, known[len(kept) :])


def _append(file: Path, new: Iterable[Seal]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as out:
        for seal in new:
            out.write(seal.line)
        out.flush()
        os.fsync(out.fileno())


def _decoded(reader: Reader, record: str, raw: bytes) -> dict[str, Any]:
    try:
        return reader.codec.decode(raw, frozenset({record}), _MOST).value
    except SchemaFault as fault:
        raise Unreadable(f"{record}: {fault}") from fault


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]
