"""Kafka Streams and a Java compiler from Maven Central, by the means by which the broker comes.

Eclipse's compiler because it is one jar and runs on a runtime without javac, as the one from pip is.
"""

import os
import subprocess
from pathlib import Path

from streams.local.cache import obtain
from streams.local.java import Java, find_java
from streams.local.kafka_jars import KAFKA, download
from streams.local.progress import Silent

COORDINATES = (f"org.apache.kafka:kafka-streams:{KAFKA}", "org.eclipse.jdt:ecj:3.38.0")
NEEDED_BYTES, FINAL_BYTES = 400 << 20, 90 << 20
HERE = Path(__file__).parent


def jars(java: Java) -> Path:
    """Folder of all of them. Raises DOWNLOAD_FAILED or NO_DISK."""
    name = f"kafka-streams-{KAFKA}"
    return obtain(name, NEEDED_BYTES, FINAL_BYTES, lambda folder: download(java, folder, COORDINATES), Silent())


def compiled(folder: Path) -> list[str]:
    """Compile CountJob into ``folder``; the command that runs it, without arguments."""
    java = find_java(Silent())
    path = f"{jars(java)}/*"
    compiler = "org.eclipse.jdt.internal.compiler.batch.Main"
    source = [str(HERE / "CountJob.java"), "-17", "-nowarn", "-d", str(folder), "-cp", _expanded(path)]
    subprocess.run([str(java.binary), "-cp", path, compiler, *source], check=True)
    return [str(java.binary), "-Xms512m", "-Xmx1g", "-cp", f"{folder}{os.pathsep}{path}", "CountJob"]


def _expanded(path: str) -> str:
    """The compiler does not know the wildcard of a class path."""
    return os.pathsep.join(str(jar) for jar in sorted(Path(path).parent.glob("*.jar")))
