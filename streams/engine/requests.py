"""A transaction's records on their way out, joined once.

aiokafka puts a request together field by field, each level a copy of all below it: six copies of every record, 9 us an
event (docs/performance.md). The bytes are the library's (tests/engine).
"""

import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from aiokafka.protocol.produce import ProduceRequest, ProduceRequest_v3

_LAYOUT = ProduceRequest_v3.SCHEMA  # of the versions 3 to 7; any other is left to the library


def join_once(client: Any) -> None:
    """Let what ``client`` sends of records be written by ``encoded``."""
    send = client.send

    async def sending(node_id: int, request: Any, **options: Any) -> Any:
        if isinstance(request, ProduceRequest):
            request.prepare = partial(_prepared, request.prepare)
        return await send(node_id, request, **options)

    client.send = sending


def _prepared(prepare: Callable[[Any], Any], versions: Any) -> Any:
    made = prepare(versions)
    if made.SCHEMA is _LAYOUT:
        made.encode = partial(encoded, made)
    return made


def encoded(request: Any) -> bytes:
    """What ``request.encode()`` of the library gives."""
    parts = [_text(request.transactional_id), struct.pack(">hi", request.required_acks, request.timeout)]
    parts.append(struct.pack(">i", len(request.topics)))
    for topic, partitions in request.topics:
        parts += (_text(topic), struct.pack(">i", len(partitions)))
        for number, records in partitions:
            parts += (struct.pack(">ii", number, len(records)), records)
    return b"".join(parts)


def _text(value: str | None) -> bytes:
    if value is None:
        return struct.pack(">h", -1)
    raw = value.encode()
    return struct.pack(">h", len(raw)) + raw
