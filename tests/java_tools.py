"""Java programs of one file, compiled and run with Kafka's client, Avro and Eclipse's compiler from Maven Central.

Eclipse's compiler because it runs on a runtime without javac, as the one from pip is.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from streams.local.cache import obtain
from streams.local.java import Java, find_java
from streams.local.kafka_jars import download, kafka_jars
from streams.local.progress import Silent

AVRO = "1.12.1"
COORDINATES = (f"org.apache.avro:avro:{AVRO}", "org.eclipse.jdt:ecj:3.38.0")
NEEDED_BYTES, FINAL_BYTES = 60 << 20, 6 << 20


def compiled(source: Path, folder: Path) -> list[str]:
    """Compile ``source`` into ``folder``; the command that runs its class, without arguments."""
    java = find_java(Silent())
    jars = [str(jar) for place in (kafka_jars(java, Silent()), _jars(java)) for jar in sorted(place.glob("*.jar"))]
    compiler = "org.eclipse.jdt.internal.compiler.batch.Main"
    options = [str(source), "-17", "-nowarn", "-d", str(folder), "-cp", os.pathsep.join(jars)]
    subprocess.run([str(java.binary), "-cp", os.pathsep.join(jars), compiler, *options], check=True)
    return [str(java.binary), "-cp", os.pathsep.join((str(folder), *jars)), source.stem]


def run(command: Sequence[str], *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run what ``compiled`` returned."""
    return subprocess.run(
        [*command, *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip


def _jars(java: Java) -> Path:
    name = f"tests-java-avro-{AVRO}"
    return obtain(name, NEEDED_BYTES, FINAL_BYTES, lambda folder: download(java, folder, COORDINATES), Silent())
