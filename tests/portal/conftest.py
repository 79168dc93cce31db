from pathlib import Path

import pytest
from portal_stand import Door


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)
