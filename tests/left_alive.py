"""Whether a command that has ended left processes behind."""

from pathlib import Path

import psutil


def left_alive(folder: Path) -> list[str]:
    """Command lines of processes that a run with this TMPDIR started: they inherit it."""
    alive = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return alive
