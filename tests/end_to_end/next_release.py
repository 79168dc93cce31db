"""The release after this one, as a tree of its own: ``Accepted`` and ``Decision`` have a version more."""

import json
import re
import shutil
from pathlib import Path

import streams
from schemas import files

ROOT = Path(streams.__file__).parent.parent
ROOMS = ("streams", "schemas", "topics", "sinks", "monitoring")
RAISED = {"Accepted": "streams/core/events.py", "Decision": "streams/core/decisions.py"}
FIELD = "of_the_next_release"


def tree(folder: Path) -> dict[str, str]:
    """This release once more, in ``folder``; the environment in which its commands run, and no other's."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}  # before the installed package, and no folder else


def make(folder: Path) -> dict[str, int]:
    """Write the next release into ``folder``, a tree; the new ids by record."""
    return {record: _raised(folder, record, folder / module) for record, module in RAISED.items()}


def _raised(folder: Path, record: str, module: Path) -> int:
    """One more version of the schema, with an optional field, and the field in the struct."""
    schemas = folder / "schemas"
    newest = max((s for s in files.sources(schemas) if s.record == record), key=lambda source: source.version)
    field = {"name": FIELD, "type": ["null", "string"], "default": None, "doc": "What only the next release knows."}
    schema = {**newest.schema, "fields": [*newest.schema["fields"], field]}
    name, number = f"{record}.v{newest.version + 1}", len(files.ids(schemas)) + 1
    (schemas / "avro" / f"{name}.avsc").write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    with (schemas / "ids.yaml").open("a", encoding="utf-8") as rows:
        rows.write(f"  - {{id: {number}, schema: {name}, digest: {files.digest(schema)}}}\n")
    text = module.read_text(encoding="utf-8")
    struct = re.compile(rf"(class {record}\(Struct, frozen=True\):\n(?:    .*\n|\n(?=    ))+)")
    text, times = struct.subn(rf"\1    {FIELD}: str | None = None\n", text, count=1)
    assert times == 1
    module.write_text(text, encoding="utf-8")
    return number
