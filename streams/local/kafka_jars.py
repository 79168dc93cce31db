"""The broker's jars from Maven Central: by the machine's Maven, else by jgo, which needs no Maven.

Run as a program (``python -m streams.local.kafka_jars FOLDER``) it is the jgo half, apart from the caller's
environment because jgo reads JAVA_HOME and would fetch a whole JDK where it finds none.
"""

import shutil
import sys
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
        maven = shutil.which("mvn") if java.of_system else None
        if maven:
            _by_maven(maven, folder)
        else:
            command = [sys.executable, "-m", "streams.local.kafka_jars", str(folder)]
            fetch("org.apache.kafka (jgo)", command, folder, {"JAVA_HOME": str(java.home)})
        for jar in (f"kafka_2.13-{KAFKA}.jar", f"kafka-clients-{KAFKA}.jar", "log4j-slf4j-impl-2.24.3.jar"):
            if not (folder / jar).exists():
                raise download_failed(jar, "-")

    return obtain(f"kafka-{KAFKA}", NEEDED_BYTES, FINAL_BYTES, fill, report)


def _by_maven(maven: str, folder: Path) -> None:
    parts = (coordinate.split(":") for coordinate in COORDINATES)
    wanted = "".join(
        f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
        for g, a, v in parts
    )
    pom = folder / "pom.xml"
    pom.write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>chengxin</groupId><artifactId>broker</artifactId>"
        f"<version>1</version><dependencies>{wanted}</dependencies></project>"
    )
    command = [maven, "-B", "-q", COPY, f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    fetch("org.apache.kafka (mvn)", command, folder)
    pom.unlink()


def _by_jgo(folder: Path) -> None:
    import jgo

    # One build each: asked for both at once, jgo lets the binding's dependency management pull Kafka's clients to 3.8.
    # The binding's own dependencies come with the broker.
    broker, binding = (jgo.build(c, cache_dir=folder / "jgo").all_jars for c in COORDINATES)
    for jar in [*broker, *(jar for jar in binding if jar.name.startswith("log4j-slf4j-impl"))]:
        shutil.copy(jar, folder / jar.name)
    shutil.rmtree(folder / "jgo")


if __name__ == "__main__":
    _by_jgo(Path(sys.argv[1]))
