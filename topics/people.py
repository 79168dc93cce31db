"""Who sends, who acts, who is told: channels, bodies, partners, read from ``bodies.yaml`` and the city files beside it.

Two thousand bodies follow sixteen city files and one list of departments, so that a county is one row and a change of
name one row; what comes out is a plain list, each body with its code, name and channel.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from topics.files import TopicFault, read

FOLDER = Path(__file__).parent
FILE = "bodies.yaml"
Level = Literal["national", "province", "city", "county"]


class Channel(msgspec.Struct, frozen=True):
    """A sender or receiver with topics of its own. ``decides``: its bodies issue documents about persons."""

    code: str
    name: str
    executes: bool
    decides: bool


class Body(msgspec.Struct, frozen=True):
    """A body that issues documents or executes measures, reporting through its channel."""

    code: str
    name: str
    level: Level
    region: str  # GB/T 2260, six digits
    parent: str | None  # the body of the same line of work above it
    channel: str
    sector: str  # line of work: the data catalogue names by it who may provide an item


class People(NamedTuple):
    """Who sends, who acts and who is told: names of sectors and partners, channels and bodies, each by code."""

    sectors: dict[str, str]
    channels: dict[str, Channel]
    partners: dict[str, str]
    bodies: dict[str, Body]


class Department(msgspec.Struct, frozen=True):
    """A kind of body that every city has, and every county where ``county`` is given; names as patterns."""

    sector: str
    city: str
    county: str | None = None
    district: str | None = None  # None: as county
    channel: str | None = None  # None: the city's

    def pattern(self, area: "Area") -> str | None:
        if area.level == "city":
            return self.city
        return self.district if self.district is not None and area.district else self.county


class Area(NamedTuple):
    """A city, or a county, county-level city or district of it."""

    region: str
    name: str
    city: str
    level: Level

    @property
    def district(self) -> bool:
        return self.level == "county" and self.name.endswith("区")

    def fill(self, pattern: str) -> str:
        """
        >>> Area("370102", "历下区", "济南市", "county").fill("{city}公安局{stem}分局")
        '济南市公安局历下分局'
        >>> Area("371721", "曹县", "菏泽市", "county").fill("{place}司法局，{stem}分局")
        '曹县司法局，曹县分局'
        """
        place = f"{self.city}{self.name}" if self.district else self.name
        return pattern.format(city=self.city, place=place, stem=self.name[:-1] if len(self.name) > 2 else self.name)


class Named(msgspec.Struct, frozen=True):
    """A body of a city or county whose name does not follow the pattern, or that is no department of all."""

    sector: str
    region: str
    name: str


class CityFile(NamedTuple):
    file: str
    channel: str
    areas: tuple[Area, ...]  # the city first
    named: dict[tuple[str, str], str]  # (region, sector) -> name


def chosen() -> Path:
    """The folder that CHENGXIN_TOPICS names, for a deployment with channels of its own; else the project's."""
    return Path(os.environ.get("CHENGXIN_TOPICS") or FOLDER)


def cities(folder: Path | None = None) -> dict[str, str]:
    """Name of each city by its region code, in order of the codes. Raises TopicFault.

    >>> cities()["370100"]
    '济南市'
    """
    files = sorted(((folder or chosen()) / "cities").glob("*.yaml"))
    return {
        city.areas[0].region: city.areas[0].name for city in sorted(map(_city, files), key=lambda one: one.areas[0])
    }


def load_people(folder: Path = FOLDER) -> People:
    """Sectors, channels, partners and bodies of ``folder``, parents before their children. Raises TopicFault."""
    raw = read(folder / FILE, FOLDER / "bodies.schema.json")
    people = People(_names(raw, "sectors"), _channels(raw), _names(raw, "partners"), {})
    if both := sorted(people.channels.keys() & people.partners.keys()):
        raise TopicFault(FILE, f"partners, code {both[0]}", "is a channel's; give the partner a code of its own")
    for body in msgspec.convert(raw["bodies"], tuple[Body, ...]):
        _add(people, body, FILE, f"bodies, code {body.code}")
    departments = _departments(raw, people)
    for city in sorted(map(_city, sorted((folder / "cities").glob("*.yaml"))), key=lambda found: found.areas[0]):
        if city.channel not in people.channels:
            raise TopicFault(city.file, "channel", f"{city.channel} is not listed; add it under channels of {FILE}")
        for body in _bodies_of(city, departments):
            _add(people, body, city.file, f"{body.sector} in {body.region}")
    for code in people.channels:
        if not any(body.channel == code for body in people.bodies.values()):
            raise TopicFault(FILE, f"channels, code {code}", "has no body; add one or remove the channel")
    return people


def _names(raw: dict[str, Any], key: str) -> dict[str, str]:
    names = {row["code"]: row["name"] for row in raw[key]}
    if len(names) != len(raw[key]):
        raise TopicFault(FILE, key, "a code is given twice; keep one of the rows")
    return names


def _channels(raw: dict[str, Any]) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    for channel in msgspec.convert(raw["channels"], tuple[Channel, ...]):
        if channel.code in channels:
            raise TopicFault(FILE, f"channels, code {channel.code}", "given twice; keep one of them")
        channels[channel.code] = channel
    return channels


def _add(people: People, body: Body, file: str, place: str) -> None:
    if body.code in people.bodies:
        raise TopicFault(file, place, f"{body.code} is given twice; keep one of them")
    if body.channel not in people.channels:
        raise TopicFault(file, place, f"channel {body.channel} is not listed; add it under channels")
    if body.sector not in people.sectors:
        raise TopicFault(file, place, f"sector {body.sector} is not listed; use a code of sectors")
    if body.parent is not None and body.parent not in people.bodies:
        raise TopicFault(file, place, f"parent {body.parent} stands nowhere above; put it before its children")
    people.bodies[body.code] = body


def _departments(raw: dict[str, Any], people: People) -> dict[str, Department]:
    departments: dict[str, Department] = {}
    for one in msgspec.convert(raw["departments"], tuple[Department, ...]):
        if one.sector in departments:
            raise TopicFault(FILE, f"departments, sector {one.sector}", "given twice; keep one of them")
        if code_of(one.sector) not in people.bodies:
            raise TopicFault(FILE, f"departments, sector {one.sector}", f"no body {code_of(one.sector)}; add it above")
        departments[one.sector] = one
    return departments


def _city(file: Path) -> CityFile:
    raw = read(file, FOLDER / "city.schema.json")
    name, region = raw["city"]["name"], raw["city"]["region"]
    areas = [Area(region, name, name, "city")]
    for county in raw["counties"]:
        if county["region"][:4] != region[:4] or county["region"] in [area.region for area in areas]:
            place = f"counties, {county['region']}"
            raise TopicFault(file.name, place, f"given twice, or not of {name}, whose codes begin with {region[:4]}")
        areas.append(Area(county["region"], county["name"], name, "county"))
    named: dict[tuple[str, str], str] = {}
    for row in msgspec.convert(raw.get("named", []), tuple[Named, ...]):
        place = f"named, {row.sector} in {row.region}"
        if row.region not in {area.region for area in areas}:
            raise TopicFault(file.name, place, "no such county here; use a region of this file")
        if (row.region, row.sector) in named:
            raise TopicFault(file.name, place, "given twice; keep one of them")
        named[row.region, row.sector] = row.name
    return CityFile(file.name, raw["channel"], tuple(areas), named)


def _bodies_of(city: CityFile, departments: dict[str, Department]) -> Iterator[Body]:
    """The city's bodies, then those of each county."""
    top = city.areas[0].region
    made: set[str] = set()
    for area in city.areas:
        beside = [sector for region, sector in city.named if region == area.region and sector not in departments]
        for sector in (*departments, *beside):
            department = departments.get(sector)
            pattern = department.pattern(area) if department else None
            name = city.named.get((area.region, sector)) or (area.fill(pattern) if pattern else None)
            if name is None:
                continue
            channel = department.channel if department and department.channel else city.channel
            above = code_of(sector, top)
            parent = above if area.level == "county" and above in made else code_of(sector)
            code = code_of(sector, area.region)
            made.add(code)
            yield Body(code, name, area.level, area.region, parent, channel, sector)


def code_of(sector: str, region: str | None = None) -> str:
    """
    >>> code_of("civil_affairs"), code_of("court", "370102")
    ('SD-CIVIL-AFFAIRS', 'SD-COURT-370102')
    """
    return f"SD-{sector.upper().replace('_', '-')}" + (f"-{region}" if region else "")
