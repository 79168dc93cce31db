"""The sample as files: one of messages per publication day, and the side file of expected fates beside them."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from streams.sample.model import Sample, SampleRecord

EXPECTED = "expected.jsonl"
MESSAGES = "messages"


def write(sample: Sample, folder: Path) -> None:
    """Write ``messages/<day>.jsonl`` (key and value in base64, value null where there is none) and ``expected.jsonl``.

    Raises FileExistsError where the folder holds a sample already: its days would mix with the new ones.
    """
    messages = folder / MESSAGES
    messages.mkdir(parents=True, exist_ok=False)
    for day in sample.days:
        _lines(messages / f"{day.day}.jsonl", map(_message, day.records))
    _lines(folder / EXPECTED, (line._asdict() for line in sample.expectations()))


def _message(record: SampleRecord) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "compression": record.codec_name,
        "key": base64.b64encode(record.key).decode(),
        "value": None if record.value is None else base64.b64encode(record.value).decode(),
    }


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
