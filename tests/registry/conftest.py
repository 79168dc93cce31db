from collections.abc import Iterator

import pytest
from registry_stand import served

from streams import registries
from streams.settings import Settings


@pytest.fixture(scope="session")
def registry_url() -> Iterator[str]:
    """Our registry over the topics of a deployment without prefix."""
    with served(registries.ours(Settings(prefix=""))) as url:
        yield url
