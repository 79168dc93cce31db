"""``python -m schemas``: every gate a schema change must pass; prints what is wrong and how to cure it."""

import sys

from schemas.compatibility import check
from schemas.files import ids, lint_ids, sources
from schemas.lint import lint, lint_together


def faults() -> list[str]:
    """All faults of the schemas of this repository."""
    found = sources()
    each = [fault for source in found for fault in lint(source)]
    return each or lint_together(found) + lint_ids(ids(), found) + check(found)


if __name__ == "__main__":
    wrong = faults()
    for fault in wrong:
        print(fault)
    print(f"{len(sources())} schemas, {len(wrong)} faults")
    sys.exit(1 if wrong else 0)
