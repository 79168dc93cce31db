"""The broker's jars from Maven Central: by the machine's Maven, else by jgo, which needs no Maven.

Run as a program (``python -m streams.local.kafka_jars FOLDER COORDINATE...``) it is the jgo half, apart from the
caller's environment because jgo reads JAVA_HOME and would fetch a whole JDK where it finds none.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from streams.local.cache import fetch, obtain
from streams.local.errors import download_failed
from streams.local.java import Java
from streams.local.progress import Reporter

KAFKA = "4.1.1"
# The broker's jar brings log4j but no binding to it; without this one its log stays empty.
COORDINATES = (f"org.apache.kafka:kafka_2.13:{KAFKA}", "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3")
NEEDED_BYTES = 200 << 20
FINAL_BYTES = 43 << 20
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


def kafka_jars(java: Java, report: Reporter) -> Path:
    """Folder of all jars of the broker. Raises DOWNLOAD_FAILED or NO_DISK."""

    def fill(folder: Path) -> None:
        download(java, folder, COORDINATES)

    return obtain(f"kafka-{KAFKA}", NEEDED_BYTES, FINAL_BYTES, fill, report)


def download(java: Java, folder: Path, coordinates: Sequence[str]) -> None:
    """Fill ``folder`` with the jars of the first coordinate and everything it needs, and with those of the others,
    whose dependencies come with the first. Raises DOWNLOAD_FAILED where a named jar did not come."""
    maven = shutil.which("mvn") if java.of_system else None
    if maven:
        _by_maven(maven, folder, coordinates)
    else:
        command = [sys.executable, "-m", "streams.local.kafka_jars", str(folder), *coordinates]
        fetch(f"{coordinates[0]} (jgo)", command, folder, {"JAVA_HOME": str(java.home)})
    for coordinate in coordinates:
        if not (folder / _jar(coordinate)).exists():
            raise download_failed(_jar(coordinate), "-")


def _jar(coordinate: str) -> str:
    _, artifact, version = coordinate.split(":")
    return f"{artifact}-{version}.jar"


def _by_maven(maven: str, folder: Path, coordinates: Sequence[str]) -> None:
    parts = (coordinate.split(":") for coordinate in coordinates)
    wanted = "".join(
        f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
        for g, a, v in parts
    )
    pom = folder / "pom.xml"
    pom.write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>chengxin</groupId><artifactId>jars</artifactId>"
        f"<version>1</version><dependencies>{wanted}</dependencies></project>"
    )
    command = [maven, "-B", "-q", COPY, f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    fetch(f"{coordinates[0]} (mvn)", command, folder)
    pom.unlink()


def _by_jgo(folder: Path, coordinates: Sequence[str]) -> None:
    import jgo

    # One build each: asked for several at once, jgo lets a binding's dependency management pull Kafka's clients to 3.8.
    first, *others = coordinates
    jars = list(jgo.build(first, cache_dir=folder / "jgo").all_jars)
    for coordinate in others:
        found = jgo.build(coordinate, cache_dir=folder / "jgo").all_jars
        jars.extend(jar for jar in found if jar.name == _jar(coordinate))
    for jar in jars:
        shutil.copy(jar, folder / jar.name)
    shutil.rmtree(folder / "jgo")


if __name__ == "__main__":
    _by_jgo(Path(sys.argv[1]), sys.argv[2:])
