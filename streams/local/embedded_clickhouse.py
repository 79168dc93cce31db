"""ClickHouse's engine from its library, serving the native protocol and HTTP until the process ends.

``python -m streams.local.embedded_clickhouse LIBRARY CONFIG DATA NATIVE_PORT HTTP_PORT``. Whatever goes wrong in a
login aborts this engine: a wrong password, an unknown database, a client that dies before its login is done. What goes
wrong later does not. So it is supervised, and it is for one machine, not for production.
"""

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

# The library has no "serve": it serves while a query runs, so this one runs for three years.
QUERY = """SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP;
SELECT sleepEachRow(1) FROM numbers(100000000)
SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null"""

LOOK_S = 1.0  # pause between two looks for hollow parts
HOLLOW = 3  # exit code where one was found


class Result(ctypes.Structure):
    """``local_result_v2`` of the library's header."""

    _fields_ = (
        ("buffer", ctypes.c_void_p),
        ("length", ctypes.c_size_t),
        ("vector", ctypes.c_void_p),
        ("elapsed", ctypes.c_double),
        ("rows", ctypes.c_uint64),
        ("bytes", ctypes.c_uint64),
        ("error", ctypes.c_char_p),
    )


def forget_unwritten(data: Path) -> None:
    """Remove the empty files that rewrites of rows left behind when the disk was full: nothing was begun, whoever asked
    was refused, and with such a file the engine loads its table, and so itself, never again."""
    for file in data.glob("store/*/*/mutation_*.txt"):
        if not file.stat().st_size:
            file.unlink()


def hollow(data: Path) -> Iterator[Path]:
    """Parts of tables that were taken for done with nothing written: their list of columns is empty, which it never is.

    A merge that meets a full disk ends well in this engine (26.7.2). Until its next start it then answers no question
    about those rows; at the start it lays such a part aside and takes what it was made of, as long as that is kept
    (``old_parts_lifetime``).
    """
    for columns in data.glob("store/*/*/all_*/columns.txt"):
        try:
            empty = not columns.stat().st_size
        except FileNotFoundError:
            continue  # merged away meanwhile
        if empty:
            yield columns.parent


def _start_again_when_hollow(data: Path, before: set[Path]) -> None:
    """End the process, so that the supervisor starts it again, when a part is found hollow. Those of ``before`` this
    start is about to lay aside."""
    while True:
        time.sleep(LOOK_S)
        found = next((part for part in hollow(data) if part not in before), None)
        if found is not None:
            print(f"part {found.name} has empty files: the disk was full; starting again", file=sys.stderr, flush=True)
            os._exit(HOLLOW)


def serve(library: str, config: str, data: str, native: str, http: str) -> str:
    """Blocks while the engine serves; returns why it stopped."""
    forget_unwritten(Path(data))
    watched = (Path(data), set(hollow(Path(data))))
    threading.Thread(target=_start_again_when_hollow, args=watched, daemon=True).start()
    engine = ctypes.CDLL(library)
    engine.query_stable_v2.restype = ctypes.POINTER(Result)
    words = ["clickhouse", "--config-file", config, "--path", data, "--listen_host", "127.0.0.1"]
    words += ["--tcp_port", native, "--http_port", http, "--query", QUERY]
    arguments = (ctypes.c_char_p * len(words))(*(word.encode() for word in words))
    result = engine.query_stable_v2(len(words), arguments)
    said = result.contents.error if result else None
    return said.decode(errors="replace") if said else "the engine's query ended"


if __name__ == "__main__":
    sys.exit(serve(*sys.argv[1:]))
