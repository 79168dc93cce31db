"""No identity number and no name of the sample in any output of a whole run but where they must be."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from deployment import Played
from typer.testing import CliRunner

from sinks.clickhouse.connection import connect
from streams.cli.main import app
from tests.leaks import leak_outputs as outputs
from tests.leaks.leak_needles import Needles, of_sample

pytestmark = pytest.mark.servers
LOOK = ("--officer", "officer-17", "--purpose", "audit")


@pytest.fixture(scope="module")
def needles(played: Played) -> Needles:
    records = (record for day in played.here.sample.days for record in day.records)
    found = of_sample(records, played.here.parts.codec)
    assert len(found) > 100
    return found


def test_in_no_topic_but_those_that_departments_write(played: Played, needles: Needles) -> None:
    here = played.here
    found = list(outputs.topics({"bootstrap_servers": here.addresses.kafka}, here.settings.prefix, here.parts.codec))
    specs = {spec.name.removeprefix(here.settings.prefix) for spec in here.parts.catalogue.topics(here.settings.prefix)}
    assert {one.where.removeprefix("topic ") for one in found} == specs
    assert outputs.leaks(found, needles) == []
    assert sum(len(one.data) for one in found if not outputs.allowed(one.where)) > 5_000_000
    for pattern in outputs.ALLOWED:
        if pattern.startswith("topic "):
            there = [one for one in found if outputs.allowed(one.where) and one.where.startswith(pattern.rstrip("*"))]
            assert any(needles.leaks(one.where, one.data) for one in there), f"{pattern} need not be allowed"


def test_in_nothing_that_groups_commit(played: Played, needles: Needles) -> None:
    found = list(outputs.groups({"bootstrap_servers": played.here.addresses.kafka}, played.here.settings.prefix))
    assert any("sink" in one.where for one in found)
    assert outputs.leaks(found, needles) == []


def test_in_no_table_or_view_and_in_no_error_the_server_remembers(played: Played, needles: Needles) -> None:
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        found = list(outputs.tables(client))
    assert {"table decisions", "table obligations_current", "system table errors"} <= {one.where for one in found}
    assert outputs.leaks(found, needles) == []


def test_in_no_log_file_metric_or_process(played: Played, needles: Needles) -> None:
    found = [
        *outputs.files(played.here.settings.data_dir),
        *outputs.metrics(played.children.metrics),
        *outputs.processes(played.children.pids),
        *outputs.commands({"run": played.here.screen.getvalue()}),
    ]
    kinds = {"file logs/worker-1.log", "file logs/sink.log", "metrics worker-2", "metrics sink", "process sink environ"}
    assert kinds <= {one.where for one in found}
    assert outputs.leaks(found, needles) == []


def test_in_nothing_that_commands_say_or_write(played: Played, needles: Needles, tmp_path: Path) -> None:
    """What an officer, a department and a watcher see, and what they are told when they ask with a person's number."""
    here = played.here
    with connect(here.addresses.clickhouse, here.settings.database) as client:
        query = "SELECT min(decision_id), any(subject) FROM decisions WHERE notEmpty(raised) AND NOT erased"
        ((decision, subject),) = client.execute(query)
        ((executor,),) = client.execute("SELECT any(executor) FROM obligations WHERE NOT erased")
    number = next(iter(_numbers(played)))
    asked: dict[str, tuple[str, ...]] = {
        "explain": ("explain", decision, *LOOK),
        "standing": ("standing", subject, "--at", "2020-01-01", "--known", "2026-01-01", *LOOK),
        "explain by number": ("explain", number, *LOOK),
        "standing by number": ("standing", number, "--at", "2020-01-01", "--known", "2026-01-01", *LOOK),
        "review": ("review", "--json"),
        "obligations": ("obligations",),
        "view": ("rebuild", "--dept", executor, "--out", str(tmp_path / "view.jsonl")),
    }
    given = {f"CHENGXIN_{n.upper()}": str(v) for n, v in here.settings.model_dump(exclude_none=True).items()}
    runner = CliRunner(env={**given, "COLUMNS": "200"})
    results = {name: runner.invoke(app, list(arguments)) for name, arguments in asked.items()}
    assert [results[name].exit_code for name in ("explain", "review", "view")] == [0, 0, 0], results["explain"].output
    said = {name: f"{result.output}\n{result.exception}" for name, result in results.items()}
    found = [*outputs.commands(said), *outputs.files(tmp_path)]
    assert outputs.leaks(found, needles) == []
    assert (tmp_path / "view.jsonl").stat().st_size > 100


def test_no_secret_in_the_list_of_processes(played: Played) -> None:
    """Keys and the database's password: any user of the machine sees what is on a command line."""
    keys = [path.read_text().strip() for path in played.here.settings.keys_dir.rglob("*.key")]
    password = urlsplit(played.here.addresses.clickhouse).password
    assert len(keys) > 50 and password is not None and len(password) > 8
    lines = {path.parent.name: _cmdline(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
    assert all(f"{pid}" in lines for pid in played.children.pids.values())
    for pid, line in lines.items():
        assert not any(secret in line for secret in (*keys, password)), pid


def _cmdline(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""  # it has ended since


def _numbers(played: Played) -> list[str]:
    codec, found = played.here.parts.codec, []
    for record in played.here.sample.days[0].records:
        if record.family == "events" and record.expected.value == "accepted" and record.value is not None:
            subject = codec.decode(record.value).value["subject"]
            if subject["kind"] == "person":
                found.append(subject["id_number"])
    return found
