"""Processes by pid *and* start time, because a remembered pid may by now belong to a stranger."""

import contextlib
import ctypes
import os
import signal
import time

import msgspec
import psutil

# The kernel's boot time, from which start times are computed, may be corrected by a second while we run.
SAME_START_S = 2.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)  # loaded now: nothing may be loaded between fork and exec


class Pid(msgspec.Struct, frozen=True):
    """A process that cannot be confused with a later one of the same number. ``started`` is a Unix time."""

    pid: int
    started: float


def this_process() -> Pid:
    return Pid(os.getpid(), psutil.Process().create_time())


def identify(pid: int) -> Pid | None:
    """The identity of a living process, or None if it has ended."""
    try:
        return Pid(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def find(known: Pid | None) -> psutil.Process | None:
    """The living process that ``known`` names; None if it ended, is a zombie, or the number was given away."""
    if known is None:
        return None
    try:
        process = psutil.Process(known.pid)
        if abs(process.create_time() - known.started) > SAME_START_S or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def alive(known: Pid | None) -> bool:
    return find(known) is not None


def stop(known: Pid | None, grace_s: float) -> None:
    """Ask to end, wait ``grace_s`` seconds, then kill. Returns when the process is gone. Does nothing to a stranger."""
    process = find(known)
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        if not _gone(known, grace_s):
            process.kill()
            _gone(known, grace_s)


def _gone(known: Pid | None, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(known):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def die_with_parent() -> None:
    """Run in a child between fork and exec: the kernel kills it when its supervisor dies, however that dies."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
