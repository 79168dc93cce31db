"""Every contestant does the whole job: its outputs are those of the pure parts alone. Needs build/bench."""

from pathlib import Path

import pytest
from bench_events import Events
from bench_job import Job
from bench_run import CONTESTANTS
from bench_stage import Contestant, expected, run

EVENTS = 300


@pytest.mark.check
@pytest.mark.servers
@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.name)
def test_outputs_are_those_of_the_pure_parts(contestant: Contestant, tmp_path: Path) -> None:
    job = Job(tmp_path / "keys", 8)
    events = Events(job.codec, job.law, 8).make(EVENTS)
    result = run(contestant, events, tmp_path, 0)
    assert result.digest == expected(Job(tmp_path / "keys", 8), events)
    assert result.receipts == EVENTS
    assert not result.repeated
