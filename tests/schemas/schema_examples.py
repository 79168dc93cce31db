"""Reading examples: JSON with the three written forms of days, instants and bytes."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from schemas import written
from schemas.files import FOLDER


class Example(NamedTuple):
    file: Path
    record: str
    version: int
    reason: str
    passes: bool


def examples(folder: Path = FOLDER / "examples") -> list[Example]:
    found = []
    for file in sorted(folder.glob("*.json")):
        record, version, reason, verdict = file.stem.split(".")
        assert verdict in ("pass", "fail"), file.name
        found.append(Example(file, record, int(version.removeprefix("v")), reason, verdict == "pass"))
    return found


def value_of(example: Example) -> Any:
    return written.read(json.loads(example.file.read_text(encoding="utf-8")))
