"""Records made before the clock runs, as files: what a publisher has to do at 10,000 a second is to send."""

import multiprocessing
import struct
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import BinaryIO

from schemas.codec import Codec
from streams.law import loader
from streams.load.backlog import Made, Share, records
from streams.load.writing import end_with_parent
from topics.catalogue import Catalogue

_HEAD = struct.Struct("<HHHi?")  # lengths of topic and key, partition, length of the value (-1: none), rejected


def prepare(folder: Path, shares: list[Share]) -> list[Path]:
    """Make the shares, one process and one file each."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the parent's threads' locks
    tasks = [(folder / f"share-{share.number}.bin", share) for share in shares]
    with ProcessPoolExecutor(len(shares), context, initializer=end_with_parent) as pool:
        return list(pool.map(_prepare, tasks))


def _prepare(task: tuple[Path, Share]) -> Path:
    file, share = task
    with file.open("wb") as out:
        for made in records(share, Codec.load(), loader.load(), Catalogue.load()):
            write(out, made)
    return file


def write(out: BinaryIO, made: Made) -> None:
    """Append a record."""
    topic, size = made.topic.encode(), -1 if made.value is None else len(made.value)
    out.write(_HEAD.pack(len(topic), len(made.key), made.partition, size, made.rejected))
    out.write(topic + made.key + (made.value or b""))


def read(files: list[Path]) -> Iterator[Made]:
    """The records of all files, one of each in turn; within a file in order."""
    streams = [_each(file) for file in files]
    while streams:
        for one in list(streams):
            made = next(one, None)
            if made is None:
                streams.remove(one)
            else:
                yield made


def _each(file: Path) -> Iterator[Made]:
    with file.open("rb") as source:
        while head := source.read(_HEAD.size):
            topic, key, partition, size, rejected = _HEAD.unpack(head)
            name, key_bytes = source.read(topic).decode(), source.read(key)
            yield Made(name, partition, key_bytes, None if size < 0 else source.read(size), rejected)
