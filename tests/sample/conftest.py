"""The sample, the law book and a keyring, made once."""

import pytest

from schemas.codec import Codec
from streams.core.law import LawBook
from streams.examine import Examiner
from streams.identity import Keyring
from streams.law.loader import load
from streams.sample import Sample, build
from topics.catalogue import Catalogue

RECORDS = 1_500


@pytest.fixture(scope="session")
def law() -> LawBook:
    return load()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="session")
def codec() -> Codec:
    return Codec.load()


@pytest.fixture(scope="session")
def sample(codec: Codec, law: LawBook, catalogue: Catalogue) -> Sample:
    return build(1, RECORDS, codec, law, catalogue)


@pytest.fixture(scope="session")
def examiner(tmp_path_factory: pytest.TempPathFactory, codec: Codec, catalogue: Catalogue) -> Examiner:
    keyring = Keyring.load(tmp_path_factory.mktemp("keys"), catalogue.channels, create=True)
    admitted = {family: catalogue.admitted(family) for family in catalogue.families}
    return Examiner(codec, admitted, keyring, allow_synthetic=True)
