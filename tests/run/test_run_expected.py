"""What is expected of a sample that was sent must still be there when a run goes on, and is asked for first."""

import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from streams.addresses import Addresses
from streams.app import Parts
from streams.cli.mistakes import MISTAKES
from streams.keychecks import KeyChecks, Known
from streams.oracle.verify import Expected
from streams.run import expected, pipeline
from streams.run.expected import SideFileFault
from streams.settings import Settings

FATES = {
    ("events.court", 0, 7): Expected("rejected", "MINOR_SUBJECT", "未成年人"),
    ("events.court", 3, 0): Expected("accepted", None, "listing"),
}


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "sample.jsonl"
    for place, fate in FATES.items():
        expected.note(file, {place: fate})
    assert expected.read(file) == FATES


@pytest.mark.parametrize("broken", ['["events.court", 0, 7, "rej', '["events.court", 0]', "7"])
def test_a_line_cut_off_is_named(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "sample.jsonl"
    expected.note(file, FATES)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(broken)
    with pytest.raises(SideFileFault, match=f"line 3 is broken: {re.escape(str(file))}.*fresh folder"):
        expected.read(file)


def test_a_run_whose_side_file_is_gone_says_so_before_it_prepares_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def prepare(*_: Any) -> None:
        raise AssertionError("no server is asked for anything")

    monkeypatch.setattr(pipeline, "prepare", prepare)
    monkeypatch.setattr(KeyChecks, "read", lambda _: Known({}, frozenset(), exists=False))
    monkeypatch.setattr(KeyChecks, "_has_history", lambda _: False)
    settings = Settings(data_dir=tmp_path)
    (tmp_path / f"{settings.prefix}sample.sent").write_text("3")
    run = pipeline.Run(Parts(settings, "nowhere:1"), Addresses("nowhere:1", "nowhere"), Console(quiet=True), 100)
    with pytest.raises(SideFileFault, match=r"the side file is missing: .*sample.jsonl.*CHENGXIN_DATA_DIR"):
        run.ready(run.book(), pipeline.date(2018, 1, 1))
    assert issubclass(SideFileFault, MISTAKES), "shown as one message"
