"""No identity number and no name of the sample in any output of a whole run but where they must be."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from deployment import Played
from registry_stand import served
from typer.testing import CliRunner

from sinks.clickhouse.connection import connect
from sinks.portal import board, composing
from sinks.portal.issuer import Issuer
from sinks.portal.pages import menu
from sinks.portal.pages.logins import COOKIE
from streams import clock
from streams.cli.main import app
from tests.leaks import leak_outputs as outputs
from tests.leaks.leak_needles import Needles, of_sample

pytestmark = pytest.mark.servers
MONTH = "2018-06"  # the sample's first; frozen here, so nothing before may ask for it as it stands
LOOK = ("--officer", "officer-17", "--purpose", "audit")


@pytest.fixture(scope="module")
def needles(played: Played) -> Needles:
    records = (record for day in played.here.sample.days for record in day.records)
    found = of_sample(records, played.here.parts.codec)
    assert len(found) > 100
    return found


@pytest.fixture
def exported(played: Played) -> Iterator[None]:
    """An exporter beside the run."""
    children, name = played.children, "exporter"
    children.start(name, "streams.cli.main", name)
    deadline = time.monotonic() + 120
    while "/metrics" not in (said := children.log(name).read_text()):
        assert time.monotonic() < deadline and name not in children.ended(), said
        time.sleep(0.2)
    yield
    children.send(name, signal.SIGTERM)
    children.leave(name)
    del children.metrics[name]


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


@pytest.mark.usefixtures("exported")
def test_in_no_log_file_metric_or_process(played: Played, needles: Needles) -> None:
    found = [
        *outputs.files(played.here.settings.data_dir),
        *outputs.metrics(played.children.metrics),
        *outputs.processes(played.children.pids),
        *outputs.commands({"run": played.here.screen.getvalue()}),
    ]
    kinds = {"file logs/worker-1.log", "file logs/sink.log", "metrics worker-2", "metrics sink", "process sink environ"}
    kinds |= {"metrics exporter"}
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
        "bulletin": ("bulletin", "--month", MONTH, "--json", "--out", str(tmp_path / "bulletin")),
        "freeze": ("assess", "freeze", "--month", MONTH),
        "export": (
            "assess",
            "export",
            "--month",
            MONTH,
            "--out",
            str(tmp_path / "given"),
            "--keys",
            str(tmp_path / "units"),
        ),
        "view": ("rebuild", "--dept", executor, "--out", str(tmp_path / "view.jsonl")),
    }
    given = {f"CHENGXIN_{n.upper()}": str(v) for n, v in here.settings.model_dump(exclude_none=True).items()}
    runner = CliRunner(env={**given, "COLUMNS": "200"})
    results = {name: runner.invoke(app, list(arguments)) for name, arguments in asked.items()}
    for name in asked.keys() - {"explain by number", "standing by number"}:
        assert results[name].exit_code == 0, (name, results[name].output)
    said = {name: f"{result.output}\n{result.exception}" for name, result in results.items()}
    found = [*outputs.commands(said), *outputs.files(tmp_path)]
    assert outputs.leaks(found, needles) == []
    assert (tmp_path / "view.jsonl").stat().st_size > 100
    assert len([one for one in found if one.where.endswith((".xlsx", ".csv", ".html"))]) > 6


def test_in_no_page_of_the_portal(played: Played, needles: Needles, tmp_path: Path) -> None:
    """The pages for everybody over a whole run, what a person sees of herself, and the data pack."""
    here, issuer = played.here, Issuer(played.here.settings)
    with composing.opened(here.settings, here.addresses) as portal, served(portal.app) as address:
        found = list(outputs.pages(address, [one.path for one in menu.PUBLIC] + list(menu.EXAMPLES)))
        number = _numbers(played)[0]
        cookie = f"{COOKIE}={issuer.person(number, '测试甲')}"
        with urlopen(Request(f"{address}/my", headers={"cookie": cookie}), timeout=60) as answer:
            found.append(outputs.Output("page /my", answer.read()))
    assert b'id="r-' in found[-1].data, "nothing is recorded about the person"
    shown = board.Topics(here.parts, tmp_path)  # on the run's last day: by today the terms of its listings are over
    listed = shown.listed("exposure", clock.next_day(here.sample.days[-1].day), 1)
    shown.close()
    assert listed.entries and all(one.name == "测**" for one in listed.entries)
    found.append(outputs.Output("board", repr(listed).encode()))
    given = {f"CHENGXIN_{n.upper()}": str(v) for n, v in here.settings.model_dump(exclude_none=True).items()}
    result = CliRunner(env=given).invoke(app, ["datapack", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert outputs.leaks([*found, *outputs.files(tmp_path)], needles) == []


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
