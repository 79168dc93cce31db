"""Which processes there are to scrape: one small file each in the data folder, as Prometheus' ``file_sd`` reads them.

A process takes the lowest free number of its role and holds a lock on that file; the kernel gives it back when the
process dies. Whoever is started in its place takes the same number, so its series go on under the same ``instance``.
A process that ends in order removes its file; of one that was killed it stays, and Prometheus says ``up 0`` of it.
"""

import contextlib
import fcntl
import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

JOB = "chengxin"
FOLDER = "metrics"  # below the data folder


@contextlib.contextmanager
def registered(data_dir: Path, role: str, port: int) -> Iterator[str]:
    """Be found as ``role-N`` on 127.0.0.1:``port`` for the length of the block; gives the name."""
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file, handle = _slot(folder, role)
    try:
        labels = {"job": JOB, "role": role, "instance": file.stem}
        partial = file.with_suffix(".partial")  # Prometheus watches *.json: it never sees half of one
        partial.write_text(json.dumps([{"targets": [f"127.0.0.1:{port}"], "labels": labels}]), encoding="utf-8")
        partial.replace(file)
        yield file.stem
    except SystemExit as end:
        if not end.code:  # one that failed has to be seen
            file.unlink()
        raise
    else:
        file.unlink()
    finally:
        os.close(handle)


def addresses(data_dir: Path) -> dict[str, str]:
    """Metrics address by name, of every process whose file is there; a killed one does not answer."""
    found = {}
    for file in sorted((data_dir / FOLDER).glob("*.json")):
        with contextlib.suppress(FileNotFoundError):
            (group,) = json.loads(file.read_text(encoding="utf-8"))
            found[file.stem] = f"http://{group['targets'][0]}/metrics"
    return found


def _slot(folder: Path, role: str) -> tuple[Path, int]:
    """The lowest number nobody holds, with the open handle that holds it."""
    for number in itertools.count(1):
        handle = os.open(folder / f"{role}-{number}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        return folder / f"{role}-{number}.json", handle
    raise AssertionError("numbers end never")
