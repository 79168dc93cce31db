"""Start the servers without the rest of the project: ``eval $(python -m streams.local.up --data-dir DIR)``.

Prints two ``export`` lines on stdout. ``--down`` stops them, ``--status`` shows them.
"""

import argparse
import shlex
import sys
from pathlib import Path

from streams.local.errors import LocalStackError
from streams.local.stack import down, status, up


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m streams.local.up", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--no-kafka", action="store_true")
    parser.add_argument("--no-clickhouse", action="store_true")
    parser.add_argument("--down", action="store_true")
    parser.add_argument("--status", action="store_true")
    given = parser.parse_args()
    if given.status:
        for health in status(given.data_dir):
            print(health)
        return 0
    if given.down:
        print(*down(given.data_dir))
        return 0
    try:
        stack = up(given.data_dir, not given.no_kafka, not given.no_clickhouse)
    except LocalStackError as fault:
        print(fault, file=sys.stderr)
        return 1
    for name, value in (("KAFKA_BOOTSTRAP", stack.kafka_bootstrap), ("CLICKHOUSE_URL", stack.clickhouse_url)):
        if value:
            print(f"export {name}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
