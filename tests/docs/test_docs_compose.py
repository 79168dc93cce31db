"""compose.yaml, which nobody has run here: its shape, and its settings beside those of the servers that are run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from clickhouse_driver import Client

from streams.local import clickhouse, kafka, kafka_jars

FILE = Path(__file__).parents[2] / "compose.yaml"
# where a broker listens and who it is differs: it is not on this machine's loopback but in a container
PLACE = {"process.roles", "node.id", "controller.listener.names"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def checked(file: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)


def test_it_keeps_the_compose_specification_and_a_file_that_does_not_is_found(tmp_path: Path) -> None:
    done = checked(FILE)
    assert done.returncode == 0, done.stdout
    bad = tmp_path / "compose.yaml"
    bad.write_text(FILE.read_text(encoding="utf-8").replace("restart: unless-stopped", "restarts: [always]", 1))
    assert "restarts" in checked(bad).stdout


def test_it_says_that_it_was_not_run_and_each_image_has_a_version(compose: dict[str, Any]) -> None:
    assert "NOT RUN HERE" in FILE.read_text(encoding="utf-8").splitlines()[0]
    for service in compose["services"].values():
        name, _, version = service["image"].partition(":")
        assert name in ("apache/kafka", "clickhouse/clickhouse-server")
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name}: {version} is a tag that moves"
    assert compose["services"]["kafka"]["image"].endswith(f":{kafka_jars.KAFKA}")


@pytest.mark.skipif("CLICKHOUSE_URL" in os.environ, reason="a server that is not this project's local one")
def test_its_clickhouse_is_the_local_one(compose: dict[str, Any], clickhouse_url: str) -> None:
    if shutil.which("clickhouse"):
        pytest.skip("this machine's own clickhouse runs, of whatever version")
    with Client.from_url(clickhouse_url) as client:
        ((version,),) = client.execute("SELECT version()")
    _, _, pinned = compose["services"]["clickhouse"]["image"].partition(":")
    assert version.startswith(f"{pinned}."), (version, pinned)


def test_the_broker_has_the_settings_of_the_local_one(compose: dict[str, Any]) -> None:
    said = {str(name): str(value) for name, value in compose["services"]["kafka"]["environment"].items()}
    local = dict(line.partition("=")[::2] for line in kafka.SETTINGS.splitlines())
    assert len(local) > 15
    for name, value in local.items():
        if name not in PLACE:
            assert said[f"KAFKA_{name.upper().replace('.', '_')}"] == value, name


def test_clickhouse_keeps_what_a_merge_was_made_of_and_nobody_outside_this_machine_gets_in(
    compose: dict[str, Any],
) -> None:
    kept = re.search(r"<old_parts_lifetime>(\d+)</old_parts_lifetime>", compose["configs"]["merges"]["content"])
    assert kept is not None and int(kept[1]) >= clickhouse.OLD_PARTS_S
    assert compose["services"]["clickhouse"]["environment"]["CLICKHOUSE_PASSWORD"].startswith("${CLICKHOUSE_PASSWORD:?")
    ports = [port for service in compose["services"].values() for port in service["ports"]]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)
