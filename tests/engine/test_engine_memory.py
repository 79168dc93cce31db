"""How many subjects one GiB of the memory store holds; the figure stands in its docstring and in docs/scale.md."""

import os
import subprocess
import sys

import pytest

SUBJECTS = 100_000
MEASURE = f"""
import os, psutil
from streams.engine.memory_store import MemoryStore
from streams.engine.state import Entry
process = psutil.Process()
store = MemoryStore()
before = process.memory_info().rss
for start in range(0, {SUBJECTS}, 1_000):
    store.apply({{os.urandom(32): Entry(os.urandom(1_500), n % 365) for n in range(start, start + 1_000)}})
print((process.memory_info().rss - before) / {SUBJECTS})
"""


@pytest.mark.check
def test_subjects_per_gib() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, check=True, text=True, env=dict(os.environ)
    )
    subjects = (1 << 30) / float(answer.stdout)
    print(f"{subjects:,.0f} subjects per GiB")
    assert 500_000 < subjects < 700_000
