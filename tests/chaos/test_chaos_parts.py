"""The other parts of a chaos run, each alone: catalogue, material, journal, wall clock, disk, director."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.codec import Codec
from streams.chaos import channels, faults, publishing
from streams.chaos.director import Director
from streams.chaos.material import PIECE, POISON_EVERY, SAMPLE_EVERY, Teller
from streams.chaos.plan import DAY_S, Fault
from streams.chaos.wall import SHARED, WallClock, swept
from streams.law import loader
from topics.catalogue import Catalogue


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    monkeypatch.setenv("CHENGXIN_TOPICS", str(channels.write(tmp_path / "topics")))
    return Catalogue.load()


def test_the_small_catalogue_keeps_every_body_and_the_law_book_loads_on_it(small: Catalogue) -> None:
    assert set(small.bodies) == set(Catalogue.load(Path(channels.FOLDER)).bodies)
    assert len(small.channels) < 40
    assert max(spec.partitions for spec in small.topics()) == channels.PARTITIONS
    assert loader.load().bodies["SD-COURT"].channel == channels.COURT


def test_pieces_are_told_again_byte_for_byte_and_hold_poison_and_every_family(small: Catalogue) -> None:
    def tell(seed: int, number: int) -> list[Any]:
        return Teller(seed, channels.PARTITIONS, Codec.load(), loader.load(), small).piece(number)

    lives, sample = tell(3, 1), tell(3, SAMPLE_EVERY - 1)
    assert tell(3, 1) == lives
    assert tell(4, 1) != lives
    assert len(lives) == PIECE + PIECE // POISON_EVERY
    assert {item.topic.partition(".")[0] for item in sample} == {"events", "feedback", "cases"}
    assert len({item.key for item in (*lives, *tell(3, 2))}) > PIECE  # no piece repeats another's events


def test_a_journal_gives_whole_lines_only_and_is_cut_where_a_kill_left_half_of_one(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    assert list(publishing.journal(file)) == []
    file.write_text("0 0 events.court 3 77\n0 1 events.court 2 78\n0 2 events.co")
    assert [one.place for one in publishing.journal(file)] == [0, 1]
    publishing.cut_off_half_a_line(file)
    assert file.read_text() == "0 0 events.court 3 77\n0 1 events.court 2 78\n"


def test_a_wall_clock_is_set_while_a_process_runs_and_its_monotonic_clock_stays_true(tmp_path: Path) -> None:
    clock, pids = WallClock(tmp_path / "time"), list[int]()
    program = "import time\nwhile True: print(time.time(), time.monotonic(), flush=True); time.sleep(0.05)"
    environment = {**os.environ, **clock.environment}
    with (
        swept(pids),
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment) as child,
    ):
        pids.append(child.pid)
        assert child.stdout is not None

        def off(line: str) -> float:
            wall, monotonic = map(float, line.split())
            assert abs(monotonic - time.monotonic()) < 2
            return wall - time.time()

        def until(wanted: float) -> None:
            deadline = time.monotonic() + 10
            while abs(off(child.stdout.readline()) - wanted) > 2:  # type: ignore[union-attr]
                assert time.monotonic() < deadline

        until(0)
        clock.set(DAY_S)
        until(DAY_S)
        clock.set(-DAY_S)
        until(-DAY_S)
        child.kill()
        child.wait()
        assert list(SHARED.glob(f"*faketime_*_{child.pid}"))  # who is killed takes nothing away
    assert not list(SHARED.glob(f"*faketime_*_{child.pid}"))


def test_a_small_disk_runs_full_and_is_whole_again(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from streams.chaos import disk\n"
        "if not disk.inside([sys.executable, *sys.orig_argv[1:]]): sys.exit(77)\n"
        f"with disk.SmallDisk(Path({str(tmp_path / 'small')!r}), 8 << 20) as small:\n"
        f"    file = Path({str(tmp_path / 'small' / 'file')!r}); file.write_bytes(b'x'); small.fill()\n"
        "    try: (file.parent / 'more').write_bytes(b'x' * 5000)\n"
        "    except OSError as error: print(error.errno)\n"
        "    small.free(); (file.parent / 'more').write_bytes(b'x' * 5000); print(file.read_bytes())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("this machine lets nobody mount a file system, not even in a namespace of one's own")
    assert done.stdout.split("\n")[:2] == [str(errno.ENOSPC), "b'x'"], done.stderr
    assert list((tmp_path / "small").iterdir()) == []  # mounted for nobody else


def test_the_director_tells_stories_at_their_time_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    now, said = 0.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    def story(_: Any, fault: Fault) -> Iterator[float]:
        said.append((round(now), fault.way, "begins"))
        yield fault.lasts_s
        said.append((round(now), fault.way, "ends"))

    monkeypatch.setitem(faults.STORIES, "worker", story)
    plan = [Fault(1.0, "worker", 0, 5.0, "long"), Fault(2.0, "worker", 0, 1.0, "short")]
    stage: Any = SimpleNamespace(revive=lambda: None)
    Director(stage, plan, lambda: now, sleep).play(lambda: now > 9, lambda: None)
    assert said == [(1, "long", "begins"), (2, "short", "begins"), (3, "short", "ends"), (6, "long", "ends")]
    assert now > 9


def test_every_kind_has_its_story() -> None:
    from streams.chaos.plan import KINDS

    assert tuple(faults.STORIES) == KINDS
