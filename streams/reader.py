"""What a command needs that only reads: no keys, and so none made."""

from schemas.codec import Codec
from streams.laws import LawShelf
from streams.settings import Settings
from topics.catalogue import Catalogue


class Reader:
    """Topics by name, records by schema, law books by digest, of one deployment."""

    def __init__(self, settings: Settings, bootstrap: str) -> None:
        self.settings = settings
        self.bootstrap = bootstrap
        self.codec = Codec.load(ceiling=settings.schema_ceiling)
        self.catalogue = Catalogue.load()
        self.shelf = LawShelf(bootstrap, self.topic("lawbooks"), self.codec)

    def topic(self, family: str) -> str:
        """The name of a topic of a family without channels, with the deployment's prefix."""
        return self.catalogue.name(family, None, self.settings.prefix)

    @property
    def partitions(self) -> int:
        """Partitions of agents' inputs, ``accepted`` and changelogs."""
        counts = self.catalogue.families["accepted"].partitions
        return counts.local if self.settings.scale == "local" else counts.province
