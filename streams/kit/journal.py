"""The journal beside a department's file: which row was acknowledged where. A broken run goes on from it.

It holds no identity: rows are known by a keyed digest of their bytes. A row that was changed since is another row.
"""

import hmac
import os
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from streams.kit.rows import Draft

ENDING = ".journal.jsonl"
Line = TypeVar("Line", bound=msgspec.Struct)


class Sent(msgspec.Struct, frozen=True):
    """One acknowledged record. ``digest``: what its receipt must carry, where the channel's key is known here."""

    row_key: str
    cluster: str  # id of the cluster, and the deployment's prefix: what was sent to a test is not sent to the real one
    sheet: str
    row: int | None  # None, as of the time: no journal knows the record (streams/kit/arrived.py)
    record: str
    event_id: str
    item: str
    document_day: date | None
    topic: str  # without the deployment's prefix, as receipts name it
    partition: int
    offset: int
    sent_at: datetime | None
    digest: str | None = None

    @property
    def place(self) -> tuple[str, int, int]:
        """Topic, partition and offset: what its receipt answers."""
        return self.topic, self.partition, self.offset


class JournalFault(Exception):
    """A journal that cannot be read. The message names the file and the cure."""


class Journal:
    """Appends what was acknowledged; every append is on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sent = read(path) if path.exists() else []
        self._known = {(one.row_key, one.cluster) for one in self.sent}

    @classmethod
    def beside(cls, file: Path) -> "Journal":
        """The journal of a department's file."""
        return cls(file.with_name(f"{file.name}{ENDING}"))

    def holds(self, row_key: str, cluster: str) -> bool:
        """Whether the row was acknowledged there, in this run or an earlier one."""
        return (row_key, cluster) in self._known

    def append(self, sent: Iterable[Sent]) -> None:
        new = list(sent)
        append(self.path, new)
        self.sent += new
        self._known |= {(one.row_key, one.cluster) for one in new}


def chosen(named: list[Path] | None, folder: Path = Path()) -> list[Path]:
    """The journals that are named, else all of ``folder``."""
    return named or sorted(folder.glob(f"*{ENDING}"))


def required(named: list[Path] | None, folder: Path = Path()) -> list[Path]:
    """The same. Raises JournalFault where there is none: of nothing that was sent nothing would be missing."""
    found = chosen(named, folder)
    if not found:
        place = folder.resolve()
        raise JournalFault(f"{place}: 没有发送日志，请用 --journal 指定 / no *{ENDING} here: name them with --journal")
    return found


def read(path: Path) -> list[Sent]:
    """What a journal says, in order. Raises JournalFault."""
    return lines(path, Sent)


def append(path: Path, new: Iterable[msgspec.Struct]) -> None:
    """Write one line each, on the disk before this returns. Half a line that a killed run left gets an end first: what
    it said is lost, and that row is sent once more."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        broken = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, b"\n" * broken + b"".join(msgspec.json.encode(one) + b"\n" for one in new))
        os.fsync(handle)
    finally:
        os.close(handle)


def lines(path: Path, kind: type[Line]) -> list[Line]:
    """Every whole line of a file that ``append`` wrote; half a line is no line. Raises JournalFault."""
    found = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line:
            continue
        try:
            found.append(msgspec.json.decode(line, type=kind))
        except msgspec.ValidationError as error:
            raise JournalFault(f"{path}: line {number}: {error}; 不是本程序的日志 / no journal of ours") from None
        except msgspec.DecodeError:
            continue
    return found


def row_key(key: bytes, channel: str, draft: Draft) -> str:
    """Names a row by what is sent of it; without ``key`` nobody can test a guess with it."""
    assert draft.data is not None
    return hmac.new(key, f"row|{channel}|{draft.family}|".encode() + draft.data, sha256).hexdigest()[:32]
