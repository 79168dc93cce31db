"""A deployment's schema registry: ours over the catalogue's topics, or one that stands elsewhere, compared first."""

from typing import TYPE_CHECKING

from schemas.registry import external
from streams.settings import Settings
from topics.catalogue import Catalogue

if TYPE_CHECKING:
    from fastapi import FastAPI


def ours(settings: Settings) -> "FastAPI":
    """The registry's application for the topics of this deployment."""
    from schemas.registry import http  # half a second, that a worker has no use for
    from schemas.registry.book import Registry

    topics = Catalogue.load().topics(settings.prefix, settings.scale)
    return http.build(Registry.load({spec.name: spec.records for spec in topics}))


def require_same(settings: Settings) -> None:
    """Refuse an external registry whose ids differ; whoever is about to read or write with it calls this first.

    :raises RegistryDiffers:
    """
    if settings.schema_registry is not None:
        external.require_same(settings.schema_registry)
