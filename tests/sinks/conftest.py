"""Fixtures of the sink's tests."""

from pathlib import Path

import pytest
from sink_stand import Stand


@pytest.fixture
def stand(kafka_bootstrap: str, clickhouse_url: str, prefix: str, database: str, tmp_path: Path) -> Stand:
    """Fresh topics and tables on the session's servers."""
    made = Stand(kafka_bootstrap, clickhouse_url, prefix, database, tmp_path)
    made.prepare()
    return made
