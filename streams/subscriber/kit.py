"""``chengxin contract``: a folder by which a subscriber tests its program in its own CI, without anything of ours."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fastavro

from schemas import written
from schemas.codec import Codec
from schemas.files import FOLDER, ids, sources
from topics.catalogue import Catalogue

_TEMPLATES = Path(__file__).parent / "contract"
_ID = "0d" * 16


class Fixture(NamedTuple):
    name: str  # <Record>.v<N>.<reason>
    data: bytes
    value: Any  # as JSON


def write(folder: Path) -> int:
    """Fill ``folder``, which must be absent or empty; returns the number of records in it.

    :raises FileExistsError: something is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder}: 目录非空 / is not empty: name a new folder")
    for name in ("README.md", "adapter.py", "test_contract.py"):
        shutil.copyfile(_TEMPLATES / name, folder / name)
    shutil.copytree(FOLDER / "avro", folder / "schemas")
    _json(folder / "ids.json", {str(row.id): row.schema for row in ids()})
    catalogue = Catalogue.load()
    _json(folder / "topics.json", {one.topic: list(one.records) for one in catalogue.families.values()})
    fixtures = list(_records())
    for sub in ("records", "refused", "histories"):
        (folder / sub).mkdir()
    for one in fixtures:
        (folder / "records" / f"{one.name}.bin").write_bytes(one.data)
        _json(folder / "records" / f"{one.name}.json", one.value)
    for name, data in _refused(fixtures):
        (folder / "refused" / f"{name}.bin").write_bytes(data)
    for name, history in _histories(fixtures):
        _json(folder / "histories" / f"{name}.json", history)
    return len(fixtures)


def _records() -> Iterator[Fixture]:
    """The published examples, encoded; what they say is read back from the bytes."""
    codec = Codec.load()
    schemas = {source.name: fastavro.parse_schema(source.schema) for source in sources()}
    for file in sorted((FOLDER / "examples").glob("*.pass.json")):
        record, version, reason = file.name.removesuffix(".pass.json").split(".")
        value = written.read(json.loads(file.read_text(encoding="utf-8")))
        data = codec.encode(record, value, int(version[1:]))
        told = fastavro.schemaless_reader(io.BytesIO(data[5:]), schemas[f"{record}.{version}"], None)
        yield Fixture(f"{record}.{version}.{reason}", data, written.write(told))


def _refused(fixtures: list[Fixture]) -> Iterator[tuple[str, bytes]]:
    change = _named(fixtures, "ObligationChange.v2")
    schema = fastavro.parse_schema(next(one.schema for one in sources() if one.name == "ObligationChange.v2"))
    younger = io.BytesIO()
    fastavro.schemaless_writer(younger, schema, {**written.read(change.value), "state": "unknown"})
    yield "empty", b""
    yield "no_frame", change.data[5:]
    yield "unknown_id", b"\0" + (2**31 - 1).to_bytes(4) + change.data[5:]
    yield "cut_short", change.data[:-1]
    yield "bytes_after_it", change.data + b"\0"
    yield "a_state_of_tomorrow", change.data[:5] + younger.getvalue()


def _histories(fixtures: list[Fixture]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Versions 1 to 4 of one obligation, told in the ways a subscriber may meet them."""
    states = ("proposed", "confirmed", "in_effect", "lifting")
    base = {**_named(fixtures, "ObligationChange.v2").value, "obligation_id": _ID}
    told = [
        {**base, "version": at, "previous_version": at - 1 or None, "state": state}
        for at, state in enumerate(states, 1)
    ]
    now = {key: value for key, value in told[1].items() if key != "previous_version"}
    end = {_ID: [4, "lifting"]}
    yield "changes_alone", {"snapshot": [], "changes": told, "view": end, "gaps": []}
    yield "snapshot_then_changes", {"snapshot": [[_ID, now]], "changes": told[2:], "view": end, "gaps": []}
    yield "changes_that_the_snapshot_has", {"snapshot": [[_ID, now]], "changes": told, "view": end, "gaps": []}
    yield "a_change_is_missing", {"snapshot": [[_ID, now]], "changes": told[3:], "view": end, "gaps": [_ID]}
    yield "the_first_is_missing", {"snapshot": [], "changes": told[1:], "view": end, "gaps": [_ID]}
    yield "twice_the_same", {"snapshot": [], "changes": [told[0], told[0]], "view": {_ID: [1, states[0]]}, "gaps": []}
    yield "erased", {"snapshot": [[_ID, now], [_ID, None]], "changes": told, "view": {}, "gaps": []}


def _named(fixtures: list[Fixture], beginning: str) -> Fixture:
    return next(one for one in fixtures if one.name.startswith(beginning))


def _json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
