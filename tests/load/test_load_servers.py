"""``chengxin load`` in small: it ends by itself, loses and doubles nothing while ClickHouse is away, leaves nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from left_alive import left_alive

pytestmark = [pytest.mark.servers, pytest.mark.check]

RECORDS = 20_000
DOWN_S = 10
RATE = 20  # a second: a tenth of a core, so that the run keeps up beside others


@pytest.mark.parametrize("state", ["memory", "disk"])
def test_a_small_backlog(tmp_path: Path, state: str) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("chengxin")),
            "load",
            f"--records={RECORDS}",
            f"--down={DOWN_S}",
            f"--state={state}",
        ],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-3_000:], done.stderr[-3_000:])
    last = json.loads(done.stdout.splitlines()[-1])
    assert last == json.loads((tmp_path / "build" / "load.json").read_text())
    assert (last["records"], last["receipts"], last["state"]) == (RECORDS, RECORDS, state)
    assert (last["missing"], last["duplicated"]) == (0, 0)
    assert (last["clickhouse_missing"], last["clickhouse_doubled"], last["clickhouse_different"]) == (0, 0, 0)
    assert last["clickhouse_rows"] > 2 * RECORDS
    assert last["clickhouse_down_seconds"] >= DOWN_S
    assert not last["faults"]
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    assert left_alive(tmp_path) == []


def test_a_small_steady_load(tmp_path: Path) -> None:
    """Every record has its receipt, and each of the four waits was measured in each phase, in order of what follows."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("chengxin")), "load", f"--rate={RATE}", "--minutes=0.2"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    last = json.loads(done.stdout.splitlines()[-1])
    late = [fault for fault in last["faults"] if "was not kept up with" in fault]  # a busy machine's; no record's fate
    assert (last["faults"], done.returncode) == (late, min(1, len(late))), done.stderr[-3_000:]
    assert last == json.loads((tmp_path / "build" / "load-steady.json").read_text())
    wanted = {"warm": RATE * 30, "steady": RATE * 12, "burst": 10 * RATE * 10, "rest": RATE * 60}
    assert (last["records"], last["missing"], last["duplicated"]) == (sum(wanted.values()), 0, 0)
    for phase in ("steady", "burst", "rest"):
        waits = last[phase]
        assert waits["receipt_ms"]["waits"] == wanted[phase]
        assert all(waits[f"{what}_ms"]["waits"] > 0 for what in ("sanction", "lifting", "row"))
        for one in waits.values():
            assert 0 < one["p50"] <= one["p99"] <= one["max"]
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    assert left_alive(tmp_path) == []
