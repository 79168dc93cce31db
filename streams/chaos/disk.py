"""A small file system for ClickHouse's data, that can be filled to the last byte: a real ENOSPC.

Mounting needs rights that a process has as root, or inside namespaces of its own. So the run goes into a mount
namespace first (``inside``): nobody else sees the mount, and it ends with the last process in there, however that dies.
"""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_MARK = "CHENGXIN_CHAOS_MOUNTS"  # set inside: "yes" where mounting is allowed, "no" where it is not
_NAMESPACES = (("--mount",), ("--user", "--map-root-user", "--mount"))
_STEP = 4 << 20


def inside(command: Sequence[str]) -> bool:
    """Replace this process by ``command`` in a mount namespace of its own; in there, whether mounting is allowed."""
    if _MARK in os.environ:
        return os.environ[_MARK] == "yes"
    if way := _way():
        os.environ[_MARK] = "yes"
        sys.stdout.flush()
        os.execv(way[0], [*way, *command])  # noqa: S606 - no shell is wanted
    os.environ[_MARK] = "no"
    return False


def mountable() -> bool:
    """Whether ``inside`` will find that mounting is allowed on this machine."""
    return bool(_way())


def _way() -> tuple[str, ...]:
    """The command before a command that puts it where it may mount; empty where there is none."""
    unshare = shutil.which("unshare")
    for options in _NAMESPACES if unshare else ():
        way = (str(unshare), *options)
        tried = subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
        if tried.returncode == 0:
            return way
    return ()


class SmallDisk:
    """A file system of ``size`` bytes at ``place`` for the length of a ``with``."""

    def __init__(self, place: Path, size: int) -> None:
        self._place = place
        self._size = size
        self._ballast = place / "ballast"

    def __enter__(self) -> Self:
        self._place.mkdir(parents=True, exist_ok=True)
        options = f"size={self._size},mode=0700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self._place)], check=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["umount", "--lazy", str(self._place)], check=True)

    def fill(self) -> None:
        """Leave no byte free."""
        step = _STEP
        with self._ballast.open("wb", buffering=0) as file:
            while step:
                try:
                    file.write(b"\0" * step)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    step //= 2

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)
