"""What a run says about itself: its digest and its phases; and which keys it may have."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from streams.app import Parts
from streams.identity import Keyring, KeyringFault
from streams.run.count import digest
from streams.run.phases import Phases
from streams.run.sheet import Sheet, sparks
from streams.settings import Settings
from topics.catalogue import Catalogue


def test_the_digest_knows_every_byte_and_no_order() -> None:
    assert digest([b"b", b"a"]) == digest([b"a", b"b"])
    assert len({digest(ones) for ones in ([b"a", b"b"], [b"ab"], [b"a"], [b"a", b"a"], [b"a", b"c"], [])}) == 6


def test_phases_add_up_what_comes_again() -> None:
    screen = io.StringIO()
    phases = Phases(Console(file=screen, width=80))
    for name in ("one", "other", "one"):
        with phases.phase(name, aloud=name == "other"):
            pass
    assert list(phases.spent) == ["one", "other"]
    assert screen.getvalue().count("other") == 1 and "one" not in screen.getvalue()
    assert phases.told() == "one 0 s · other 0 s"


def test_production_does_not_start_on_derived_keys(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, profile="production", allow_synthetic=False)
    Keyring.derive(settings.keys_dir, Catalogue.load().channels, seed=1)
    with pytest.raises(KeyringFault, match="anybody can do"):
        Parts(settings, "127.0.0.1:9")


def test_sparks_show_whatever_there_is() -> None:
    assert sparks([0, 1, 50, 100], 100) == "·▁▄█"
    assert sparks([0, 0], 0) == "··"


def test_a_bar_shows_whatever_there_is_and_needs_no_more_than_the_screen_has() -> None:
    for width in (80, 120, 200):
        sheet = Sheet(Console(file=io.StringIO(), width=width))
        assert (sheet.bar(0, 9), sheet.bar(1, 1_000)) == ("", "█")
        assert 8 <= len(sheet.bar(9, 9)) <= 24
