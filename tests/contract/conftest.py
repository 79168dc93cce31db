"""Each contract is kept twice: by the real server, and by what stands for it in the simulation."""

from collections.abc import Iterator

import pytest

from tests.contract.contract_stand import Kafka, RealKafka, SimulatedKafka

BOTH = ["simulated", pytest.param("real", marks=pytest.mark.servers)]


@pytest.fixture(params=BOTH)
def kafka(request: pytest.FixtureRequest) -> Iterator[Kafka]:
    if request.param == "simulated":
        stand = SimulatedKafka()
        yield stand
        stand.close()
    else:
        yield RealKafka(request.getfixturevalue("kafka_bootstrap"), request.getfixturevalue("prefix"))
