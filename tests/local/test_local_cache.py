"""The cache under concurrent and dying downloaders."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.local.cache import obtain
from streams.local.processes import Pid, alive, identify, stop
from streams.local.progress import Silent

FILLER = """
import pathlib, sys, time
from streams.local.cache import obtain
from streams.local.progress import Silent

def fill(folder):
    with (pathlib.Path(sys.argv[1]) / "fills").open("a") as log:
        log.write("x")
    print("filling", flush=True)
    (folder / "part").write_text("half")
    time.sleep(float(sys.argv[2]))
    (folder / "part").write_text("whole")

print((obtain("thing", 1, 1, fill, Silent()) / "part").read_text(), flush=True)
"""


def filler(folder: Path, seconds: float) -> subprocess.Popen[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-c", FILLER, str(folder), str(seconds)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_two_processes_download_once(tmp_path: Path) -> None:
    both = [filler(tmp_path, 0.5), filler(tmp_path, 0.5)]
    said = [one.communicate(timeout=60)[0].split()[-1] for one in both]
    assert said == ["whole", "whole"]
    assert (tmp_path / "fills").read_text() == "x"


def test_a_downloader_that_dies_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = filler(tmp_path, 600)
    assert dying.stdout is not None
    assert dying.stdout.readline() == "filling\n"
    dying.send_signal(signal.SIGKILL)
    dying.communicate()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = obtain("thing", 1, 1, lambda empty: (empty / "new").touch(), Silent())
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_a_reused_pid_is_a_stranger_and_is_not_stopped() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    known = identify(child.pid)
    assert known is not None
    assert alive(known)
    former = Pid(known.pid, known.started - 3600)
    stop(former, 1)
    assert not alive(former)
    assert alive(known)
    stop(known, 5)
    assert child.wait() == -signal.SIGTERM
