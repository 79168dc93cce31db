"""The README's first record, typed as it stands into a shell, with servers and a folder of its own."""

import os
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


@pytest.mark.check
@pytest.mark.timeout(560)
def test_the_first_record_of_the_readme(folder: Path) -> None:
    section = read("README.md").partition("## First record in ten minutes")[2].partition("\n## ")[0]
    first, *typed = lines(section)
    assert first.startswith("make venv") and len(typed) > 5
    script = "\n".join(["set -em", *typed])  # -m: jobs, as in a shell one types into
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment(), capture_output=True, text=True, timeout=540, check=False
    )
    assert done.returncode == 0, (done.stdout[-2_000:], done.stderr[-2_000:])
    text = [str(cell.value) for row in load_workbook(folder / "sheet.xlsx").active for cell in row]
    assert any("accepted" in cell for cell in text), text
