"""Draft law books for tests: the release's files with some rules switched off."""

import re
import shutil
from pathlib import Path

import streams


def without(folder: Path, *rules: str) -> Path:
    """The release's law files with the rows of some rules switched off, as a lawyer would do it."""
    shutil.copytree(
        Path(streams.__file__).parent / "law", folder, ignore=shutil.ignore_patterns("*.py*", "__pycache__")
    )
    for rule in rules:
        version, number = rule.split("/")
        row, changed = re.compile(rf'(no: "?{re.escape(number)}"?)(, |\n    )'), 0
        for file in (folder / "memoranda").glob(f"{version}.*yaml"):
            text, times = row.subn(r"\1\2inactive_reason: rule_inactive\2", file.read_text(encoding="utf-8"))
            file.write_text(text, encoding="utf-8")
            changed += times
        assert changed == 1, rule
    return folder
