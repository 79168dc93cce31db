"""A producer that loses its transactional id in the middle of a transaction says so, at whichever step it is.

aiokafka notices in the background and answers the next call with "not in a transaction". Taken as it stands that looks
like a bug of ours, and the worker would stop where it only has to let go of one task.
"""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import ProducerFenced

from streams.engine.config import EngineConfig
from streams.engine.errors import is_fenced
from streams.engine.ports import Output
from streams.engine.producer import TaskProducer

OFFSETS = {TopicPartition("in", 0): 7}


@pytest.fixture
async def owner() -> TaskProducer:
    """Of a task, with an id given by a broker, and nobody at the other end."""
    producer = TaskProducer(EngineConfig("app", "127.0.0.1:1"), "app.agent.0", 0)
    producer._producer._txn_manager.set_pid_and_epoch(1, 0)
    return producer


STEPS: dict[str, Callable[[TaskProducer], tuple[object, str]]] = {
    "before a batch is handed over": lambda owner: (owner._producer.client, "_wait_on_metadata"),
    "before the offsets": lambda owner: (owner, "_group_by_partition"),
    "before the commit": lambda owner: (owner._producer, "send_offsets_to_transaction"),
}


@pytest.mark.parametrize("when", STEPS)
async def test_who_is_fenced_in_mid_transaction_is_told_so(
    owner: TaskProducer, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def news_comes_in(*_: Any, **__: Any) -> dict[Any, Any]:
        owner._producer._txn_manager.fatal_error(ProducerFenced())
        return {}

    monkeypatch.setattr(*STEPS[when](owner), news_comes_in)
    monkeypatch.setattr(owner._producer, "_partition", lambda *_: 0)
    outputs = [Output("out", b"k", b"v", 0)] if when.endswith("over") else []
    with pytest.raises(ProducerFenced) as raised:
        await owner.write(outputs, OFFSETS)
    assert is_fenced(raised.value)


async def test_a_bug_of_ours_stays_one(owner: TaskProducer) -> None:
    await owner._producer.begin_transaction()
    with pytest.raises(AssertionError, match="Invalid state transition"):
        await owner.write([], OFFSETS)  # a transaction in a transaction
