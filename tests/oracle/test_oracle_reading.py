"""Reading a history from a real broker: what is not there is not taken for empty."""

import pytest
from kafka.errors import UnknownTopicOrPartitionError

from streams.oracle.history import read
from topics.admin import create
from topics.catalogue import Catalogue

pytestmark = pytest.mark.servers


def test_an_absent_topic_is_no_empty_topic(kafka_bootstrap: str, prefix: str) -> None:
    specs = [spec for spec in Catalogue.load().topics(prefix) if spec.family in ("notices", "decisions")]
    create(kafka_bootstrap, specs)
    assert read(kafka_bootstrap, ["notices", "decisions"], prefix).of("notices") == []
    with pytest.raises(UnknownTopicOrPartitionError, match=rf"one is {prefix}clock: check the prefix"):
        read(kafka_bootstrap, ["notices", "clock"], prefix)
