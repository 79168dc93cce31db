"""ClickHouse's engine from its library, serving the native protocol and HTTP until the process ends.

``python -m streams.local.embedded_clickhouse LIBRARY CONFIG DATA NATIVE_PORT HTTP_PORT``. Whatever goes wrong in a
login aborts this engine: a wrong password, an unknown database, a client that dies before its login is done. What goes
wrong later does not. So it is supervised, and it is for one machine, not for production.
"""

import ctypes
import sys
from pathlib import Path

# The library has no "serve": it serves while a query runs, so this one runs for three years.
QUERY = """SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP;
SELECT sleepEachRow(1) FROM numbers(100000000)
SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null"""


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


def serve(library: str, config: str, data: str, native: str, http: str) -> str:
    """Blocks while the engine serves; returns why it stopped."""
    forget_unwritten(Path(data))
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
