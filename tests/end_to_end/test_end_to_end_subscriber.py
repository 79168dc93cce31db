"""The subscriber's guide after a real run: every command in it, as it stands there."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from deployment import Played
from registry_stand import served
from typer.testing import CliRunner

from streams import registries
from streams.cli.main import app
from streams.reader import Reader
from streams.subscriber.department import Department, ordered

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh( serve)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def lines() -> list[list[str]]:
    """The guide's commands as words, but the one that serves, which tests/registry runs."""
    blocks = BLOCK.findall((ROOT / "docs" / "subscriber.md").read_text(encoding="utf-8"))
    assert [text for serves, text in blocks if serves] == ["chengxin registry\n"]
    return [
        shlex.split(os.path.expandvars(line)) for serves, text in blocks if not serves for line in text.splitlines()
    ]


def told(command: list[str]) -> str:
    """What a command prints; ``chengxin`` in this process, because it takes a second to start."""
    if command[0] == "chengxin":
        said = CliRunner().invoke(app, command[1:])
        assert said.exit_code == 0, (command, said.output)
        return said.stdout
    assert command[0] == "python"
    done = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def test_every_command_of_the_guide_does_what_it_says(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = played.here.settings
    shutil.copytree(ROOT / "docs" / "samples", tmp_path / "docs" / "samples")
    monkeypatch.chdir(tmp_path)
    for name, value in settings.model_dump(exclude_none=True).items():
        monkeypatch.setenv(f"CHENGXIN_{name.upper()}", str(value))
    monkeypatch.setenv("KAFKA_BOOTSTRAP", played.here.addresses.kafka)
    with served(registries.ours(settings)) as url:
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", url)
        said = {" ".join(command[:2]): told(command) for command in lines() if command[1] != "rebuild"}
        rebuilt = [json.loads(told(command).splitlines()[-1]) for command in lines() if command[1] == "rebuild"]
    railway = ordered(Department(Reader(settings, played.here.addresses.kafka), "railway").view())
    assert len(railway) > 5
    assert list(said) == ["chengxin registry", "python docs/samples/consumer.py", "chengxin contract", "python -m"]
    sample = [json.loads(line) for line in said["python docs/samples/consumer.py"].splitlines()]
    assert sample == [[one["obligation_id"], one["version"], one["state"]] for one in railway]
    assert len((tmp_path / "view.jsonl").read_text(encoding="utf-8").splitlines()) == len(railway)
    view, since = rebuilt
    assert (view["dept"], view["gaps"], view["obligations"]) == ("railway", 0, len(railway))
    assert (since["dept"], since["whole"]) == ("railway", True) and since["changes"] > 0
