"""The kit folder, and the commands of a department that has nothing else."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.main import app
from streams.kit import folder
from streams.kit.folder import KitFault
from tests.flow.flow_stand import CATALOGUE
from tests.kit.kit_stand import SOUND, csv, kit

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made") / "kit"
    folder.write(place, kit().book, CATALOGUE, DAY, allow_synthetic=True)
    return place


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "kit"))


def run(*words: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(found.exception, KitFault):
        return 2, str(found.exception)
    return found.exit_code, found.output


def test_a_kit_checks_as_the_release_it_was_made_by(here: Path) -> None:
    loaded = folder.load(here)
    assert loaded.said == kit().said
    assert (loaded.book, loaded.codec.records()) == (kit().book, kit().codec.records())


def test_the_digest_tells_contents_not_the_day(here: Path) -> None:
    first = folder.load(here).said
    again = folder.write(here, kit().book, CATALOGUE, date(2027, 1, 1), allow_synthetic=True)
    other = folder.write(here, kit().book, CATALOGUE, DAY, allow_synthetic=False)
    assert (again.digest, again.made_on) == (first.digest, date(2027, 1, 1))
    assert other.digest != first.digest


@pytest.mark.parametrize("name", ["lawbook.json", "schemas/ids.yaml", "schemas/avro/GroundEnding.v1.avsc"])
def test_a_file_that_was_changed_is_named(here: Path, name: str) -> None:
    (here / name).write_bytes((here / name).read_bytes() + b" ")
    with pytest.raises(KitFault, match=Path(name).name):
        folder.load(here)
    (here / name).unlink()
    with pytest.raises(KitFault, match=Path(name).name):
        folder.load(here)


def test_a_description_that_leads_out_of_the_folder_is_refused(here: Path) -> None:
    said = json.loads((here / "kit.json").read_text())
    said["files"]["../../etc/passwd"] = "0" * 64
    (here / "kit.json").write_text(json.dumps(said))
    with pytest.raises(KitFault, match="outside"):
        folder.load(here)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(KitFault, match="new folder"):
        folder.write(tmp_path, kit().book, CATALOGUE, DAY, allow_synthetic=True)
    with pytest.raises(KitFault, match="chengxin kit"):
        folder.load(tmp_path)


def test_the_commands_and_their_exit_codes(here: Path, tmp_path: Path) -> None:
    digest = folder.load(here).said.digest
    assert run("kit", here) == (0, f"{digest}\n")
    filled, errors = tmp_path / "filled.xlsx", tmp_path / "errors.json"
    court = ("--channel", "court", "--kit", here, "--day", DAY)
    assert run("template", "COURT_DEFAULTER_LISTING", "--out", filled, "--example", *court)[0] == 0
    code, said = run("validate", filled, *court, "--expect", digest, "--json", "--errors", errors)
    assert (code, json.loads(said.splitlines()[-1])["rows"]) == (0, 3)
    assert "download" not in said
    assert json.loads(errors.read_text()) == []
    bad = csv(tmp_path / "bad.csv", SOUND | {"body": "SD-POLICE"})
    code, said = run("validate", bad, *court, "--record", "CreditDetermination", "--expect", "0" * 64)
    assert code == 1
    assert "WRONG_CHANNEL" in said and "download it again" in said
    assert run("validate", bad, "--channel", "nobody", "--kit", here)[0] == 2
    assert run("validate", bad, "--channel", "court", "--kit", tmp_path)[0] == 2
    assert run("template", "NO_SUCH_ITEM", "--kit", here)[0] == 2
