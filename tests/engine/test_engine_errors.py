"""What a task takes for passing trouble, told from what aiokafka really raises."""

import pytest
from aiokafka.client import AIOKafkaClient, CoordinationType

from streams.engine.errors import is_passing


async def test_a_broker_that_has_told_of_no_broker_yet_is_asked_again() -> None:
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:1")  # nobody told it anything
    with pytest.raises(AssertionError) as raised:
        await client.coordinator_lookup(CoordinationType.GROUP, "a group")
    assert is_passing(raised.value)


def test_any_other_assertion_is_a_bug() -> None:
    assert not is_passing(AssertionError())
    assert not is_passing(AssertionError("Invalid state transition"))
