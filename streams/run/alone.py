"""One run per data folder: the first to end would stop the servers under the second."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunning(Exception):
    """Another ``chengxin run`` uses the folder; the message has its process id and the ways out."""

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(
            f"目录 {folder} 已有一个运行（进程 {pid}），请先结束它，或设置 CHENGXIN_DATA_DIR / "
            f"another run (process {pid}) uses {folder}: end it first, or set CHENGXIN_DATA_DIR to another folder"
        )


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for the length of a block; the kernel gives it back if we die.

    :raises AlreadyRunning: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.pid").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(folder, file.read().strip() or "?") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
