from pathlib import Path
from typing import Any

import pytest
from portal_stand import Door

from streams import querylog
from streams.querylog import Query


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """What a command put on record."""
    found: list[Query] = []

    class Log:
        def __init__(self, _: Any) -> None: ...
        def __enter__(self) -> "Log":
            return self

        def __exit__(self, *_: object) -> None: ...
        def write(self, query: Query) -> None:
            found.append(query)

    monkeypatch.setattr(querylog, "QueryLog", Log)
    return found
