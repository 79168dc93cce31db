"""A seeded sample of what departments would publish: lawful records, odd ones and faulty ones, each with its fate.

>>> from schemas.codec import Codec
>>> from streams.law.loader import load
>>> from topics.catalogue import Catalogue
>>> sample = build(seed=1, records=400, codec=Codec.load(), law=load(), catalogue=Catalogue.load())
>>> sum(len(day.records) for day in sample.days)
400
"""

from streams.sample.assembly import LEAST, NOT_IN_SAMPLE, ONLY_IN_LARGE, build
from streams.sample.fault_providers import cannot
from streams.sample.model import Expected, Sample, SampleDay, SampleRecord

__all__ = [
    "LEAST",
    "NOT_IN_SAMPLE",
    "ONLY_IN_LARGE",
    "Expected",
    "Sample",
    "SampleDay",
    "SampleRecord",
    "build",
    "cannot",
]
