"""Processes are found by file: a name goes to whoever takes a dead one's place, and a killed one stays in sight."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.discovery import FOLDER, addresses, registered

HOLD = """
import sys, time
from pathlib import Path
from monitoring.discovery import registered
with registered(Path(sys.argv[1]), "worker", 7001) as name:
    print(name, flush=True)
    time.sleep(60)
"""


def test_two_of_a_role_have_names_of_their_own_and_leave_nothing(tmp_path: Path) -> None:
    with registered(tmp_path, "worker", 7001) as first, registered(tmp_path, "worker", 7002) as second:
        assert (first, second) == ("worker-1", "worker-2")
        with registered(tmp_path, "sink", 7003) as other:
            assert other == "sink-1"
            assert addresses(tmp_path) == {
                "sink-1": "http://127.0.0.1:7003/metrics",
                "worker-1": "http://127.0.0.1:7001/metrics",
                "worker-2": "http://127.0.0.1:7002/metrics",
            }
    assert addresses(tmp_path) == {}


def test_the_file_is_what_prometheus_reads(tmp_path: Path) -> None:
    with registered(tmp_path, "sink", 7003):
        (group,) = json.loads((tmp_path / FOLDER / "sink-1.json").read_text())
    labels = {"job": "chengxin", "role": "sink", "instance": "sink-1"}
    assert group == {"targets": ["127.0.0.1:7003"], "labels": labels}


def test_a_killed_process_stays_in_sight_until_another_takes_its_name(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "worker-1\n"
    with registered(tmp_path, "worker", 7002) as second:
        assert second == "worker-2"
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert addresses(tmp_path) == {"worker-1": "http://127.0.0.1:7001/metrics"}
    with registered(tmp_path, "worker", 7002) as again:
        assert again == "worker-1"
        assert addresses(tmp_path) == {"worker-1": "http://127.0.0.1:7002/metrics"}


@pytest.mark.parametrize(("code", "left"), [(0, False), (None, False), (70, True)])
def test_a_process_that_failed_stays_in_sight_and_one_that_ended_does_not(
    tmp_path: Path, code: int | None, left: bool
) -> None:
    with pytest.raises(SystemExit), registered(tmp_path, "worker", 7001):
        raise SystemExit(code)
    assert bool(addresses(tmp_path)) is left
