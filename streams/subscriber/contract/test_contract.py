"""The contract between Chengxin and a subscriber: run by pytest in the subscriber's own CI, against ``adapter.py``."""

import json
from pathlib import Path
from typing import Any

import pytest
from adapter import decode, follow

HERE = Path(__file__).parent
RECORDS = sorted((HERE / "records").glob("*.bin"))
REFUSED = sorted((HERE / "refused").glob("*.bin"))
HISTORIES = sorted((HERE / "histories").glob("*.json"))


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_a_record_is_read_as_it_was_meant(file: Path) -> None:
    assert decode(file.read_bytes()) == read(file.with_suffix(".json"))


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_what_must_not_be_acted_on_is_refused(file: Path) -> None:
    with pytest.raises(ValueError):
        decode(file.read_bytes())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_the_view_follows_snapshot_and_changes(file: Path) -> None:
    told = read(file)
    view, gaps = follow([(key, value) for key, value in told["snapshot"]], told["changes"])
    assert {key: list(seen) for key, seen in view.items()} == told["view"]
    assert gaps == told["gaps"]


def test_nothing_of_the_kit_is_missing() -> None:
    kinds = {file.name.split(".")[0] for file in RECORDS}
    assert kinds == {name.split(".")[0] for name in read(HERE / "ids.json").values()}
    assert REFUSED and HISTORIES
