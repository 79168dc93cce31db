"""``make bench``: everything in one run, unattended; writes build/bench.json and prints the table.

Five contestants do the same job on the same events, round by round in turn, each alone on a fresh broker; beside
them the shared part alone, the latency, the sink's rows and the engine on its counting job. EVENTS and ROUNDS in the
environment make it smaller for development.
"""

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import bench_figures as figures
import bench_table
import psutil
from bench_events import MIX, Events
from bench_job import Event, Job
from bench_latency import RATE, latencies
from bench_stage import Contestant, Failed, Result, expected, run

from streams.local.kafka_jars import KAFKA

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEERS = ROOT / "build" / "bench" / "bin" / "python"
PYTHON = Path(sys.executable)
OUT = ROOT / "build" / "bench.json"
CONTESTANTS = (
    Contestant("ours", "peer_ours.py", "exactly once", PYTHON),
    Contestant(
        "aiokafka", "peer_aiokafka.py", "exactly once, one process, no recovery", PYTHON, ("bench-aiokafka-changelog",)
    ),
    Contestant("bytewax", "peer_bytewax.py", "at least once", PEERS),
    Contestant("quix", "peer_quix.py", "exactly once", PEERS),
    Contestant("faust", "peer_faust.py", "at least once", PYTHON),
)
BEGAN, LOAD = time.monotonic(), os.getloadavg()
SHARE = {"faust": 5}  # the slow one gets every fifth of the events
EVENTS = int(os.environ.get("EVENTS", "30000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
LATENCY_S, WARM_S = (60, 15) if EVENTS >= 10_000 else (12, 8)
PACKAGES = ("faust-streaming", "aiokafka", "fastavro", "msgspec", "cryptography", "clickhouse-driver")
PEER_PACKAGES = ("quixstreams", "bytewax", "confluent-kafka", "rocksdict", "fastavro", "msgspec", "cryptography")


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:6.0f} s  {text}", flush=True)


def contest(events: Sequence[Event], home: Path) -> list[Result]:
    """All rounds. Raises Failed where outputs differ from those of the pure parts alone."""
    counts = {one.name: len(events) // SHARE.get(one.name, 1) for one in CONTESTANTS}
    wanted = {count: expected(Job(home / "keys", 8), events[:count]) for count in {*counts.values()}}
    results = []
    for number in range(ROUNDS):
        for one in CONTESTANTS:
            result = run(one, events[: counts[one.name]], home, number)
            shutil.rmtree(home / f"{one.name}-{number}")
            say(f"round {number + 1}  {one.name:<9}{result.rate:>8,.0f} events/s  {result.cpu_us:>7,.0f} us of cpu")
            if result.digest != wanted[result.events]:
                raise Failed(f"{one.name}: its outputs are not those of the pure parts, so its rate counts for nothing")
            results.append(result)
    return results


def side(script: str, *arguments: object) -> Any:
    """What a program of this folder prints as JSON, run in a process of its own."""
    command = [str(PYTHON), str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def neighbour() -> Iterator[None]:
    """A process that works all the time, as the broker does beside every contestant: two cores of a small machine share
    caches and clock, so what a function costs beside a quiet core is not what it costs in the contest."""
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        child.kill()
        child.wait()


def measure(home: Path) -> dict[str, Any]:
    job = Job(home / "keys", 8)
    events = Events(job.codec, job.law, 8).make(EVENTS)
    say(f"{EVENTS} events made; the shared part alone")
    with neighbour():
        shared = side("bench_shared.py", home / "keys", min(EVENTS, 5_000), ROUNDS)
    results = contest(events, home)
    say("latency")
    steady, late = Events(job.codec, job.law, 8).make(RATE * (WARM_S + LATENCY_S)), {}
    for name in ("ours", "quix"):
        contestant = next(one for one in CONTESTANTS if one.name == name)
        found = latencies(contestant, steady, RATE * WARM_S, home)
        late[name] = figures.latency(found)
        say(f"latency  {name:<9}p50 {late[name]['p50']:,.0f} ms  p99 {late[name]['p99']:,.0f} ms")
    say("ClickHouse rows")
    sink = side("bench_sink.py", home / "keys", min(EVENTS, 10_000))
    say("the engine alone")
    engine = side("engine_alone/bench_engine.py", PEERS, 2_000_000 if EVENTS >= 10_000 else 20 * EVENTS)
    return put_together(results, shared, late, sink, engine)


def put_together(results: list[Result], shared: Any, late: Any, sink: Any, engine: Any) -> dict[str, Any]:
    by_name = {one.name: [r for r in results if r.name == one.name] for one in CONTESTANTS}
    rates = {name: median(r.rate for r in found) for name, found in by_name.items()}
    alone = median(shared["today"])
    cost = {name: figures.microseconds(rate) for name, rate in rates.items()}
    return {
        "total_ratio": figures.total_ratios(rates),
        "overhead_ratio": figures.overhead_ratios(cost, alone),
        "cost_us": {
            "shared": alone,
            **figures.medians(shared["parts"]),
            "kafka": cost["ours"] - alone,
            "clickhouse": sum(map(_seconds, sink["tables"].values())) * 1e6 / sink["events"],
        },
        "latency_ms": late,
        "rules_500_ratio": median(shared["crowded"]) / alone,
        "engine_ratio": engine["engine_ratio"],
        "engine": engine,
        "events_per_second": rates,
        **of_contest(by_name),
        **of_sink(sink),
        "rules": shared["rules"],
        "runs": [r._asdict() for r in results],
        "events": {"mix": MIX, "rounds": ROUNDS, **{name: found[0].events for name, found in by_name.items()}},
        "latency_at": {
            "events_per_second": RATE,
            "seconds": LATENCY_S,
            "warm_up_s": WARM_S,
            "quix": "commit_interval 5 s",
        },
        "machine": machine(),
        "seconds": time.monotonic() - BEGAN,
    }


def of_contest(by_name: dict[str, list[Result]]) -> dict[str, Any]:
    """What the rounds say beside the rates, by contestant."""
    return {
        "cpu_us": {name: median(r.cpu_us for r in found) for name, found in by_name.items()},
        "broker_us": {name: median(r.broker_us for r in found) for name, found in by_name.items()},
        "spread": {name: figures.spread([r.rate for r in found]) for name, found in by_name.items()},
        "outputs_per_event": median(r.outputs / r.events for r in by_name["ours"]),
        "guarantee": {one.name: one.guarantee for one in CONTESTANTS},
        "repeated": {name: max(r.repeated for r in found) for name, found in by_name.items()},
    }


def of_sink(sink: Any) -> dict[str, Any]:
    """What ClickHouse's rows cost."""
    return {
        "clickhouse_rows_per_second": sink["rows_per_second"],
        "clickhouse_turning_share": sink["turning_share"],
        "clickhouse_ratio": figures.clickhouse_ratios(sink["rows_per_second"]),
        "clickhouse_row_us": {name: _seconds(row) * 1e6 / max(1, row["rows"]) for name, row in sink["tables"].items()},
    }


def _seconds(row: Any) -> float:
    """Of a table's rows, prepared and inserted."""
    total: float = row["prepare_s"] + row["insert_s"]
    return total


def machine() -> dict[str, Any]:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    asked = (
        "import importlib.metadata,json,sys;print(json.dumps({n:importlib.metadata.version(n) for n in sys.argv[1:]}))"
    )
    peers = subprocess.run([str(PEERS), "-c", asked, *PEER_PACKAGES], stdout=subprocess.PIPE, check=True, text=True)
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
        "load_at_start": LOAD[0],
        "python": platform.python_version(),
        "kafka": KAFKA,
        "ours": {name: importlib.metadata.version(name) for name in PACKAGES},
        "peers": json.loads(peers.stdout),
    }


def main() -> None:
    if not PEERS.exists():
        raise SystemExit("the peers' environment is missing: run `make bench`, which builds build/bench")
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder:
        found = measure(Path(folder))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    bench_table.show(found)


if __name__ == "__main__":
    main()
