"""The sink against real servers, nothing dying: every record arrives once, restarts included."""

import signal

import pytest

pytestmark = pytest.mark.servers


async def test_every_record_becomes_one_row_and_an_orderly_restart_repeats_none(stand):
    await stand.produce(2_000)
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        sink.send_signal(signal.SIGTERM)
        assert sink.wait(20) == 0, stand.log()
    await stand.produce(400)
    with stand.sink():
        stand.wait_for(stand.rows_wanted)
    await stand.assert_exactly_once()
    assert "again" not in stand.log(), "an orderly stop leaves nothing to replay"
