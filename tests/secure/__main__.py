"""``python -m tests.secure``: the secure stack, a real flow on it, and every attempt; what ``make secure-check`` runs.

Prints a table of what was let through and what refused. The last line is JSON: ``allowed`` and ``denied``, as it came
out; ``unexpected``: attempts that came out otherwise than they must, and processes that did not outlive them;
``pii_leaks``: places where a person can be read who may not be, null where nothing looked. Exit code 1 unless all is
as expected.
"""

import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from streams.local.errors import tail
from streams.local.progress import OnTerminal
from tests.secure import attempts
from tests.secure.attempts import Outcome
from tests.secure.stand import secure_stand

LEAST = 10  # of each kind, or the table proves little
# Nothing here is about disks, and making three hundred topics on a slow one takes minutes.
MEMORY, MEMORY_BYTES = Path("/dev/shm"), 3 << 30


def main() -> int:
    attempts.load()
    console = Console(width=160)
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-secure-", dir=_place()) as folder,
        secure_stand(Path(folder) / "data", OnTerminal()) as stand,
    ):
        outcomes = [attempts.tried(one, stand) for one in attempts.ATTEMPTS]
        console.print(table(outcomes))
        ended = stand.children.ended()
        for name, code in ended.items():
            console.print(f"{name} 已退出 / ended with {code}:\n{tail(stand.children.log(name))}", markup=False)
            del stand.children.metrics[name]
        found = [place for look in attempts.SCANS for place in look(stand)]
    for place in found:
        console.print(f"可读到个人 / a person can be read: {place}", markup=False)
    fates = Counter(one.fate for one in outcomes)
    unexpected = sum(one.unexpected for one in outcomes) + len(ended)
    leaks = len(found) if attempts.SCANS else None
    said = {"allowed": fates["allowed"], "denied": fates["denied"], "unexpected": unexpected, "pii_leaks": leaks}
    print(json.dumps(said))
    return int(unexpected > 0 or bool(leaks) or min(fates["allowed"], fates["denied"]) < LEAST)


def _place() -> Path | None:
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    return MEMORY if roomy else None


def table(outcomes: list[Outcome]) -> Table:
    made = Table("who", "tries", "must be", "was", "the server says", "s")
    for one in outcomes:
        style = "bold red" if one.unexpected else None
        made.add_row(
            one.attempt.who,
            one.attempt.what,
            one.attempt.expected,
            one.fate,
            one.said,
            f"{one.seconds:.1f}",
            style=style,
        )
    return made


if __name__ == "__main__":
    sys.exit(main())
