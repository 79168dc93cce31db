"""The README's first record, typed as it stands into a shell, with servers and a folder of its own."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.docs.doc_pages import lines, read

MEMORY, MEMORY_BYTES = Path("/dev/shm"), 2 << 30  # nothing here is about disks


@pytest.fixture
def folder() -> Iterator[Path]:
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    with tempfile.TemporaryDirectory(prefix="chengxin-first-", dir=MEMORY if roomy else None) as name:
        yield Path(name)
        subprocess.run(["chengxin", "down"], cwd=name, env=environment(), check=False, capture_output=True)


def environment() -> dict[str, str]:
    """What a new user has after the first line, `make venv && export PATH=... CHENGXIN_CHANNEL=court`."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("CHENGXIN_", "KAFKA_", "CLICK"))}
    here = Path(sys.executable).parent
    return {**ours, "PATH": f"{here}{os.pathsep}{ours['PATH']}", "CHENGXIN_CHANNEL": "court"}


# Jobs as in a shell one types into. Exit code 1 of the sheet: a row that came before the one it is about is still held.
TOLERANT = """
typed() {
    eval "$1" && return
    code=$?
    [[ $1 == "chengxin receipts"* && $code == 1 ]] && return
    kill %1; chengxin down; exit $code
}
"""


@pytest.mark.check
@pytest.mark.servers
@pytest.mark.timeout(560)
def test_the_first_record_of_the_readme(folder: Path) -> None:
    section = read("README.md").partition("## First record in ten minutes")[2].partition("\n## ")[0]
    first, *typed = lines(section)
    assert first.startswith("make venv") and len(typed) > 5
    script = "\n".join(["set -m", TOLERANT, *(f"typed {shlex.quote(line)}" for line in typed)])
    with (folder / "said").open("w+") as said:  # a pipe would stay open as long as the worker lives
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, env=environment(), stdout=said, stderr=said, timeout=500, check=False
        )
        said.seek(0)
        assert done.returncode == 0, said.read()[-4_000:]
    text = [str(cell.value) for row in load_workbook(folder / "sheet.xlsx").active for cell in row]
    assert any("accepted" in cell for cell in text), text
    assert not any("rejected" in cell or "missing" in cell for cell in text), text
