"""A registry elsewhere: used when its ids mean what ours mean, refused at the start of a process when they do not."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from registry_stand import served
from typer.testing import CliRunner

from schemas.files import FOLDER, ids
from schemas.registry import http
from schemas.registry.book import Registry
from schemas.registry.external import RegistryDiffers, require_same
from streams.cli import agents, sending
from streams.cli.main import app
from streams.kit.journal import Journal
from streams.kit.sending import Keys
from streams.settings import Settings


def chengxin(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("chengxin")), *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_one_with_the_same_ids_is_taken(registry_url: str) -> None:
    assert require_same(registry_url) == len(ids())
    assert require_same(registry_url.replace("http://", "http://user:secret@") + "/") == len(ids())


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Schemas of another deployment, to be changed."""
    shutil.copytree(FOLDER / "avro", tmp_path / "avro")
    shutil.copy(FOLDER / "ids.yaml", tmp_path)
    return tmp_path


def change(folder: Path, old: str, new: str, name: str = "ids.yaml") -> Path:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_other_docs_are_no_difference(elsewhere: Path) -> None:
    change(elsewhere, "A deadline (期限).", "Another word for it.", "avro/ObligationChange.v2.avsc")
    with served(http.build(Registry.load({}, elsewhere))) as url:
        assert require_same(url) == len(ids())


@pytest.mark.parametrize(
    ("old", "new", "name", "told"),
    [
        ("id: 12, schema: Obl", "id: 112, schema: Obl", "ids.yaml", r"id 12 \(ObligationChange.v1\) is not there"),
        ("id: 11, schema: Dec", "id: 111, schema: Dec", "ids.yaml", r"id 11 \(Decision.v1\) is not there"),
        ('"name": "day"', '"name": "date"', "avro/ClockTick.v1.avsc", "id 5 is not ClockTick.v1"),
    ],
)
def test_one_whose_ids_differ_is_refused(elsewhere: Path, old: str, new: str, name: str, told: str) -> None:
    with (
        served(http.build(Registry.load({}, change(elsewhere, old, new, name)))) as url,
        pytest.raises(RegistryDiffers, match=told),
    ):
        require_same(url)


def test_what_is_no_registry_is_refused() -> None:
    with socket.socket() as silent:  # bound, but nobody listens
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(RegistryDiffers, match="gives no answer"):
            require_same(f"http://u:geheim@127.0.0.1:{silent.getsockname()[1]}")
    for wrong in ("file:///etc/passwd", "127.0.0.1:8081", "http://"):
        with pytest.raises(RegistryDiffers, match="must be http"):
            require_same(wrong)


def publish() -> None:
    """What ``chengxin publish`` does once its rows are checked; nothing is asked of journal or keys before."""
    sending.send(Settings(), [], cast("Journal", None), cast("Keys", None), "court")


def test_nobody_reads_or_writes_beside_it(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry is asked before any broker is: what listens here answers nothing."""
    change(elsewhere, '"name": "day"', '"name": "date"', "avro/ClockTick.v1.avsc")
    with served(http.build(Registry.load({}, elsewhere))) as url, socket.create_server(("127.0.0.1", 0)) as nothing:
        place = f"127.0.0.1:{nothing.getsockname()[1]}"
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", url.replace("http://", "http://user:geheim@"))
        monkeypatch.setenv("KAFKA_BOOTSTRAP", place)
        monkeypatch.setenv("CLICKHOUSE_URL", f"clickhouse://{place}")
        for command in (agents.worker, agents.sink, publish):
            with pytest.raises(RegistryDiffers, match=r"id 5 is not ClockTick\.v1") as refused:
                command()
            assert "geheim" not in str(refused.value)
        said = chengxin("registry", "--check", url)
    assert (said.returncode, said.stdout) == (2, "") and "id 5 is not ClockTick.v1" in said.stderr


def test_the_command_checks_one_that_is_the_same(registry_url: str) -> None:
    said = CliRunner().invoke(app, ["registry", "--check", registry_url])
    assert (said.exit_code, said.stdout.split()[0]) == (0, str(len(ids())))


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [str(Path(sys.executable).with_name("chengxin")), "registry", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("export SCHEMA_REGISTRY_URL=")
        try:
            assert require_same(url) == len(ids())
        finally:
            process.terminate()
        assert process.wait(20) in (0, -15)
