"""The user's cache of downloaded parts: complete or absent, never half, however many processes ask at once."""

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from streams.local.errors import download_failed, no_disk
from streams.local.progress import Reporter


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/chengxin``, or ``~/.cache/chengxin``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chengxin"


@contextlib.contextmanager
def locked(file: Path, report: Reporter, waiting: str) -> Iterator[None]:
    """Hold an exclusive lock on ``file``; the kernel gives it back if we die. Says ``waiting`` if another holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report.say(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def require_space(folder: Path, needed: int) -> None:
    """Raises NO_DISK unless ``needed`` bytes are free where ``folder`` is or will be."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = psutil.disk_usage(str(existing)).free
    if free < needed:
        raise no_disk(folder, needed, free)


def obtain(name: str, needed: int, final: int, fill: Callable[[Path], None], report: Reporter) -> Path:
    """The cached folder ``name``; if absent, ``fill`` writes a temporary one, which is then renamed.

    ``needed`` bytes must be free while filling, ``final`` is the expected size of the result (for the bar).
    """
    ready = cache_folder() / name
    if ready.exists():
        return ready
    waiting = f"另一进程正在下载 {name}，请稍候 / another process is downloading {name}, waiting"
    with locked(cache_folder() / f"{name}.lock", report, waiting):
        if ready.exists():
            return ready
        require_space(ready, needed)
        partial = cache_folder() / f"{name}.partial"
        shutil.rmtree(partial, ignore_errors=True)  # of a process that died: nobody else holds the lock
        partial.mkdir(parents=True)
        try:
            with report.filling(f"下载 / downloading {name}", partial, final):
                fill(partial)
            partial.rename(ready)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return ready


def fetch(what: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a package manager in ``folder``. Raises DOWNLOAD_FAILED with what it said if it fails."""
    done = subprocess.run(
        list(command), cwd=folder, env={**os.environ, **(environment or {})}, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise download_failed(what, "\n".join(done.stdout.splitlines()[-10:]))
