"""The kit folder: schemas, law book and channels as a department downloads them, so that it can check without servers.

``kit.json`` names every file with its SHA-256; the kit's own digest covers what is in it, not the day it was made.
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas import files
from schemas.codec import Codec
from streams.core.law import LawBook
from streams.law import canonical
from topics.catalogue import Catalogue

DESCRIPTION = "kit.json"
BOOK = "lawbook.json"
INPUTS = ("events", "feedback", "cases")  # families that departments write


class KitFault(Exception):
    """A folder that is no kit, or one that was changed since. The message names the file and the cure."""


class Description(msgspec.Struct, frozen=True):
    """What ``kit.json`` says. ``records``: family -> records it admits; ``channels``: channel -> families it has."""

    made_on: date
    allow_synthetic: bool  # whether the deployment takes test numbers (region 990000)
    records: dict[str, tuple[str, ...]]
    channels: dict[str, tuple[str, ...]]
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of everything but the day."""
        plain = msgspec.to_builtins(self)
        del plain["made_on"]
        return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


class Kit(NamedTuple):
    """What can be checked without servers. ``book.digest`` is the law book that receipts name."""

    said: Description
    codec: Codec
    book: LawBook

    def family(self, record: str, channel: str) -> str | None:
        """The family on which ``channel`` sends ``record``; None where it may not."""
        able = self.said.channels.get(channel, ())
        return next((name for name in able if record in self.said.records[name]), None)


def write(folder: Path, book: LawBook, catalogue: Catalogue, made_on: date, allow_synthetic: bool) -> Description:
    """Make ``folder`` a kit, or bring one up to date. Raises KitFault where it holds something else."""
    if folder.exists() and any(folder.iterdir()) and not (folder / DESCRIPTION).exists():
        raise KitFault(f"{folder}: 目录非空，也不是工具包 / holds other files: name a new folder")
    contents = _contents(book)
    for name, data in contents.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    said = _description(contents, catalogue, made_on, allow_synthetic)
    (folder / DESCRIPTION).write_bytes(msgspec.json.format(msgspec.json.encode(said, order="sorted")) + b"\n")
    return said


def load(folder: Path) -> Kit:
    """The kit in ``folder``. Raises KitFault."""
    try:
        said = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Description)
    except FileNotFoundError:
        raise KitFault(f"{folder}: 没有 {DESCRIPTION}，请重新下载 / no kit: make one with `chengxin kit DIR`") from None
    except msgspec.MsgspecError as error:
        raise KitFault(f"{folder / DESCRIPTION}: {error}; 请重新下载 / download the kit again") from None
    for name, digest in said.files.items():
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            raise KitFault(f"{folder / DESCRIPTION}: {name} 不在目录内 / lies outside the folder; do not use this kit")
        if not place.is_file() or hashlib.sha256(place.read_bytes()).hexdigest() != digest:
            raise KitFault(f"{place}: 缺失或者已被改动，请重新下载 / missing or changed: download the kit again")
    try:
        return Kit(said, Codec.load(folder / "schemas"), canonical.parse((folder / BOOK).read_bytes()))
    except (ValueError, KeyError) as error:
        raise KitFault(f"{folder}: 与本程序版本不符 / not for this release: {error}") from None


def of_release(made_on: date, allow_synthetic: bool = True) -> Kit:
    """The kit that this release itself holds."""
    from streams.law import loader

    book = loader.load()
    return Kit(_description(_contents(book), Catalogue.load(), made_on, allow_synthetic), Codec.load(), book)


def _contents(book: LawBook) -> dict[str, bytes]:
    """Every file of a kit but its description."""
    places = [files.FOLDER / "ids.yaml", *sorted((files.FOLDER / "avro").glob("*.avsc"))]
    found = {f"schemas/{place.relative_to(files.FOLDER).as_posix()}": place.read_bytes() for place in places}
    return {**found, BOOK: canonical.dump(book)}


def _description(contents: dict[str, bytes], catalogue: Catalogue, made_on: date, allow_synthetic: bool) -> Description:
    return Description(
        made_on=made_on,
        allow_synthetic=allow_synthetic,
        records={name: tuple(sorted(catalogue.admitted(name))) for name in INPUTS},
        channels={
            channel: tuple(name for name in INPUTS if channel in catalogue.channels_of(name))
            for channel in catalogue.channels
        },
        files={name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
    )
