"""The faults, each a story in steps: what is done, then for how long the teller waits before the next step.

A story that finds nobody to hit waits a second and looks again. What it takes out of order it puts right at its end.
"""

import signal
from collections.abc import Callable, Generator

from streams.chaos.plan import DAY_S, Fault
from streams.chaos.stage import GUEST, PUBLISHERS, SINK, WORKERS, Stage

Story = Generator[float, None, None]  # yields seconds
_AGAIN_S, _SOON_S = 1.0, 0.03
_BLOCK_BYTES = 3_000  # more than a statement has; what is sent at once is rows
_VISIT_S = 3.5  # a guest's stay


def worker(stage: Stage, fault: Fault) -> Story:
    yield from _killed(stage, fault, WORKERS)


def sink(stage: Stage, fault: Fault) -> Story:
    yield from _killed(stage, fault, (SINK,))


def publisher(stage: Stage, fault: Fault) -> Story:
    """In mid-send: some of what was on its way is in the topics, and will be sent once more."""
    name = yield from _taken(stage, fault, PUBLISHERS)
    while not stage.kill_sending(name):
        yield _SOON_S
    stage.hit(fault.kind, name)
    yield fault.lasts_s
    stage.children.again(name)
    stage.busy.discard(name)


def broker(stage: Stage, fault: Fault) -> Story:
    """One at a time: with two of three away nothing may be written, and nothing would be shown by it."""
    while (node := stage.broker(fault.target, fault.way)) is None:
        yield _AGAIN_S
    stage.hit(fault.kind, f"broker-{node}", fault.way)
    stage.cluster.kill(node)
    yield fault.lasts_s
    stage.cluster.start(node)


def clickhouse(stage: Stage, fault: Fault) -> Story:
    """The answer to a block of rows is lost: it is stored, and the sink cannot know."""
    door = [stage.servers.door]
    stage.relay.mute(door, _BLOCK_BYTES)
    yield fault.lasts_s
    while not stage.kill_clickhouse():
        yield _AGAIN_S
    stage.hit(fault.kind, "clickhouse")
    stage.relay.cut(door)
    yield _SOON_S
    stage.relay.mend(door)


def zombie(stage: Stage, fault: Fault) -> Story:
    """Asleep until the group has given its partitions away, then awake, believing that nothing happened."""
    name = yield from _taken(stage, fault, WORKERS)
    stage.hit(fault.kind, name)
    stage.children.send(name, signal.SIGSTOP)
    yield stage.session_timeout_s + fault.lasts_s
    stage.children.send(name, signal.SIGCONT)
    stage.busy.discard(name)


def rebalance(stage: Stage, fault: Fault) -> Story:
    """A guest joins and leaves, again and again: each time everybody's partitions are handed out anew."""
    while GUEST in stage.busy:
        yield _AGAIN_S
    stage.busy.add(GUEST)
    stage.hit(fault.kind, GUEST)
    for _ in range(max(2, round(fault.lasts_s / _VISIT_S) - 1)):
        stage.start_worker(GUEST)
        yield _VISIT_S
        stage.children.send(GUEST, signal.SIGTERM)
        while GUEST not in stage.children.ended():
            yield 0.1
        stage.children.leave(GUEST)
    stage.busy.discard(GUEST)


def network(stage: Stage, fault: Fault) -> Story:
    """Between a worker and all brokers, or one of them. Who is cut off for longer than its session becomes a zombie."""
    name = WORKERS[fault.target % len(WORKERS)]
    doors = list(stage.side(name).doors.values())
    if fault.way == "one broker silent":
        doors = [doors[fault.target % len(doors)]]
    stage.hit(fault.kind, name, fault.way)
    break_off = {"refused": stage.relay.refuse, "answers lost": stage.relay.mute}.get(fault.way, stage.relay.silence)
    break_off(doors)
    yield fault.lasts_s
    if fault.way == "answers lost":
        stage.relay.cut(doors)
        yield _SOON_S
    stage.relay.mend(doors)


def disk(stage: Stage, fault: Fault) -> Story:
    assert stage.disk is not None
    stage.hit(fault.kind, "clickhouse")
    stage.disk.fill()
    yield fault.lasts_s
    stage.disk.free()


def clock(stage: Stage, fault: Fault) -> Story:
    """Twice wrong: it jumps a day while the worker runs, and jumps back."""
    name = WORKERS[fault.target % len(WORKERS)]
    stage.hit(fault.kind, name, fault.way)
    stage.clocks[name].set(DAY_S if fault.way == "ahead" else -DAY_S)
    yield fault.lasts_s
    stage.clocks[name].set(0)


STORIES: dict[str, Callable[[Stage, Fault], Story]] = {
    story.__name__: story
    for story in (worker, sink, broker, clickhouse, zombie, rebalance, publisher, network, disk, clock)
}


def _killed(stage: Stage, fault: Fault, names: tuple[str, ...]) -> Story:
    name = yield from _taken(stage, fault, names)
    stage.hit(fault.kind, name)
    stage.children.send(name, signal.SIGKILL)
    yield fault.lasts_s
    stage.children.again(name)
    stage.busy.discard(name)


def _taken(stage: Stage, fault: Fault, names: tuple[str, ...]) -> Generator[float, None, str]:
    while (name := stage.victim(names, fault.target)) is None:
        yield _AGAIN_S
    return name
