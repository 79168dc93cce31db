"""The whole of ``make secure-check``, as part of ``make check``."""

import json
import subprocess
import sys

import pytest

from tests.secure.__main__ import LEAST


@pytest.mark.check
@pytest.mark.servers
@pytest.mark.timeout(1_500)
def test_all_attempts_come_out_as_they_must(pytestconfig: pytest.Config) -> None:
    command = [sys.executable, "-m", "tests.secure"]
    done = subprocess.run(command, cwd=pytestconfig.rootpath, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert min(said["allowed"], said["denied"]) >= LEAST
    assert (said["unexpected"], said["pii_leaks"]) == (0, 0)
