"""What a run refuses at once: a folder that another run uses, and servers that are not there."""

import os
import socket
import time
from pathlib import Path

import pytest

from streams.addresses import NoServers, answering
from streams.run.alone import AlreadyRunning, alone


def test_a_folder_has_one_run_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with alone(folder):
        with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\) uses .*CHENGXIN_DATA_DIR"), alone(folder):
            pass
        with alone(tmp_path / "other"):
            pass
    with alone(folder):
        assert (folder / "run.pid").read_text() == str(os.getpid())


@pytest.mark.parametrize("given", ["", "host", "host:", "host:kafka", "a:1,,b:2", "h:0", "h:65536", "a b:1"])
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(NoServers, match="must be host:port"):
        answering(given)


def test_a_broker_that_is_not_there_is_named_at_once() -> None:
    with socket.socket() as held:  # bound, but nobody listens: the number is ours while this lasts
        held.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{held.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(NoServers, match=f"no Kafka answers at {nobody}"):
            answering(nobody, patience_s=0.3)
        assert time.monotonic() - began < 3
        with socket.create_server(("127.0.0.1", 0)) as server:
            both = f"{nobody},127.0.0.1:{server.getsockname()[1]}"
            assert answering(both) == both
