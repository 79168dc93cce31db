"""Prometheus and promtool: the machine's if both are there, else Debian's package, unpacked into the cache.

apt keeps its lists and the archive in the folder that is filled, so no root is needed and nothing of the machine
changes; it checks the package against the distribution's signed lists.
"""

import shutil
from pathlib import Path
from typing import NamedTuple

from streams.local.cache import fetch, obtain
from streams.local.errors import no_prometheus
from streams.local.progress import Reporter

NEEDED_BYTES = 400 << 20  # lists, archive and what is in it, side by side
FINAL_BYTES = 94 << 20
PROGRAMS = ("prometheus", "promtool")


class Prometheus(NamedTuple):
    server: Path
    promtool: Path


def find_prometheus(report: Reporter) -> Prometheus:
    """Raises NO_PROMETHEUS, DOWNLOAD_FAILED or NO_DISK."""
    of_system = [shutil.which(name) for name in PROGRAMS]
    if all(of_system):
        return Prometheus(*(Path(path) for path in of_system if path))
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise no_prometheus()
    folder = obtain("prometheus-debian", NEEDED_BYTES, FINAL_BYTES, _by_apt, report)
    return Prometheus(*(folder / name for name in PROGRAMS))


def _by_apt(folder: Path) -> None:
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    own = [f"Dir::State::Lists={folder}/lists", f"Dir::Cache={folder}/cache", "Acquire::Languages=none"]
    apt = ["apt-get", "--quiet", *(part for one in own for part in ("--option", one))]
    fetch("package lists (apt)", [*apt, "update"], folder)
    fetch("prometheus (apt)", [*apt, "download", "prometheus"], folder)
    (archive,) = folder.glob("prometheus_*.deb")
    fetch("prometheus (dpkg-deb)", ["dpkg-deb", "--extract", str(archive), "package"], folder)
    for name in PROGRAMS:
        (folder / "package" / "usr" / "bin" / name).rename(folder / name)
    archive.unlink()
    for name in ("lists", "cache", "package"):
        shutil.rmtree(folder / name)
