"""A department's view after a real run equals the store, and each change follows the last."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from clickhouse_driver import Client
from deployment import Played
from typer.testing import CliRunner

from sinks.clickhouse.connection import connect
from streams.cli.main import app
from streams.reader import Reader
from streams.subscriber.department import FAMILIES, Department, digest, lines, ordered
from streams.subscriber.view import View

pytestmark = pytest.mark.servers
# what both have, with the deadline: the store keeps no token, no case reference, no document number
SHARED = (
    "obligation_id, version, state, decision_id, day, law_digest, subject_kind, item, document_body, rule, memorandum, "
    "memorandum_version, measure, clause, basis, executor, executor_body, executor_source, binding, incentive, since, "
    "ends_on, lift_reason, disputed"
)


def invoke(played: Played, *arguments: str) -> Result:
    """``chengxin rebuild`` in this process, with the settings of the run."""
    given = played.here.settings.model_dump(exclude_none=True)
    return CliRunner(env={f"CHENGXIN_{name.upper()}": str(value) for name, value in given.items()}).invoke(
        app, ["rebuild", *arguments]
    )


def stored(client: Client, channel: str) -> list[tuple[Any, ...]]:
    which = "executor = %(channel)s ORDER BY obligation_id"
    query = f"SELECT {SHARED}, due_state, due_day FROM obligations_current WHERE {which}"
    return [tuple(row) for row in client.execute(query, {"channel": channel})]


def shared(view: View) -> list[tuple[Any, ...]]:
    fields = SHARED.split(", ")
    return [(*(one[field] for field in fields), one["due"]["state"], one["due"]["day"]) for one in ordered(view)]


def test_a_departments_view_equals_the_store(played: Played) -> None:
    """The six that have most, and one that has nothing."""
    reader = Reader(played.here.settings, played.here.addresses.kafka)
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        query = (
            "SELECT executor, uniqExact(obligation_id) AS held FROM obligations GROUP BY executor ORDER BY held DESC"
        )
        executors = [executor for executor, _ in client.execute(query)]
        idle = next(channel for channel in reader.catalogue.channels_of("sanctions") if channel not in executors)
        assert len(executors) > 6
        for channel in (*executors[:6], idle):
            view = Department(reader, channel).view()
            assert view.gaps == [] and (not view.stands) == (channel == idle)
            assert shared(view) == stored(client, channel), channel


def test_the_changes_alone_follow_each_other_from_the_first_to_what_stands(played: Played) -> None:
    """What a subscriber detects a gap by holds in a whole run with kills: versions without a hole."""
    reader = Reader(played.here.settings, played.here.addresses.kafka)
    chains: dict[str, list[tuple[int | None, int]]] = defaultdict(list)
    channels = reader.catalogue.channels_of("sanctions")
    names = [reader.catalogue.name(family, channel) for family in FAMILIES for channel in channels]
    for record in played.here.read(*names):
        value = reader.codec.decode(record.value).value
        chains[value["obligation_id"]].append((value["previous_version"], value["version"]))
    for name, chain in chains.items():
        assert chain == [(at or None, at + 1) for at in range(len(chain))], name
    assert max(len(chain) for chain in chains.values()) > 2


def busiest(played: Played) -> str:
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        query = "SELECT executor FROM obligations GROUP BY executor ORDER BY count() DESC, executor LIMIT 1"
        return str(client.execute(query)[0][0])


def test_the_command_makes_the_view_again(played: Played, tmp_path: Path) -> None:
    channel, out = busiest(played), tmp_path / "view.jsonl"
    said = invoke(played, "--dept", channel, "--out", str(out))
    assert said.exit_code == 0, said.stderr
    view = Department(Reader(played.here.settings, played.here.addresses.kafka), channel).view()
    written = list(lines(ordered(view)))
    assert out.read_text(encoding="utf-8").splitlines() == written
    assert out.stat().st_mode & 0o077 == 0
    told = json.loads(said.stdout.splitlines()[-1])
    figures = {"obligations": len(written), "open": view.open, "gaps": 0, "digest": digest(written)}
    assert told == {"dept": channel, **figures} and view.open < len(written)


def test_the_changes_since_a_day(played: Played, tmp_path: Path) -> None:
    channel, out = busiest(played), tmp_path / "changes.jsonl"
    names = (played.here.parts.catalogue.name(family, channel) for family in FAMILIES)
    all_days = [played.here.parts.codec.decode(record.value).value["day"] for record in played.here.read(*names)]
    days = sorted(set(all_days))
    day = days[len(days) // 2]
    said = invoke(played, "--dept", channel, "--since", f"{day}", "--out", str(out))
    assert said.exit_code == 0, said.stderr
    found = [date.fromisoformat(json.loads(line)["day"]) for line in out.read_text(encoding="utf-8").splitlines()]
    assert sorted(found) == sorted(one for one in all_days if one >= day) and 0 < len(found) < len(all_days)
    told = json.loads(said.stdout.splitlines()[-1])
    assert (told["changes"], told["whole"]) == (len(found), True)


def test_who_executes_nothing_has_no_view(played: Played) -> None:
    for arguments in (("--dept", "court"), ("--dept", "nobody"), ("--out", "x"), ("--dept", "railway", "--replace")):
        said = invoke(played, *arguments)
        assert (said.exit_code, said.stdout) == (2, ""), said
        assert "--dept" in said.stderr
