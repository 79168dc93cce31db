"""A law book with one thing changed, for tests of the check."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.law.loader import FOLDER

Change = dict[str, str]  # file, old, new
Changed = Callable[..., Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """``changed(*changes)`` copies the law folder, makes the changes and returns the copy."""

    def make(*changes: Change) -> Path:
        folder = tmp_path / "law"
        shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.md"))
        for change in changes:
            path = folder / change["file"]
            text = path.read_text(encoding="utf-8")
            assert change["old"] in text, f"{change['file']} no longer holds {change['old']!r}: update the bad case"
            path.write_text(text.replace(change["old"], change["new"], 1), encoding="utf-8")
        return folder

    return make
