"""The registry over HTTP, in the paths, bodies and error codes of the Confluent Schema Registry's API.

It holds no personal data and changes nothing, so it asks nobody who he is.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from schemas import request_size
from schemas.registry.book import INVALID_SCHEMA, Registered, Registry, RegistryFault

LIMIT_BYTES = 1 << 20  # of a request; our largest schema has 30 kB
COMPATIBILITY = "FULL_TRANSITIVE"  # what ``schemas.compatibility`` demands of a new version


class RegistryJSON(JSONResponse):
    media_type = "application/vnd.schemaregistry.v1+json"


class Given(BaseModel):
    """A schema to look up. Only Avro without references is ever found."""

    text: str = Field(alias="schema")
    kind: Literal["AVRO"] | None = Field(default="AVRO", alias="schemaType")
    references: list[dict[str, Any]] = Field(default=[], max_length=0)


class Text(BaseModel):
    text: str = Field(serialization_alias="schema")


class Use(BaseModel):
    subject: str
    version: int


class Version(BaseModel):
    """One version of a subject."""

    subject: str
    version: int
    id: int
    text: str = Field(serialization_alias="schema")


class Number(BaseModel):
    id: int


class Level(BaseModel):
    level: str = Field(default=COMPATIBILITY, serialization_alias="compatibilityLevel")


class Mode(BaseModel):
    mode: str = "READONLY"


def build(registry: Registry) -> FastAPI:
    """The application. Its OpenAPI document is compared with ``docs/openapi-registry.json``."""
    app = FastAPI(
        title="Chengxin schema registry",
        description="Read endpoints of the Confluent Schema Registry API over schemas/ of this release.",
        version="1",
        default_response_class=RegistryJSON,
        docs_url=None,
        redoc_url=None,
    )
    app.middleware("http")(_small)
    app.add_exception_handler(RegistryFault, _refused)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(RequestValidationError, _malformed)
    _by_id(app, registry)
    _by_subject(app, registry)
    _settings(app)
    return app


def _by_id(app: FastAPI, registry: Registry) -> None:
    @app.get("/schemas/types")
    async def types() -> list[str]:
        return ["AVRO"]

    @app.get("/schemas/ids/{number}")
    async def schema(number: int) -> Text:
        return Text(text=registry.text(number))

    @app.get("/schemas/ids/{number}/schema")
    async def schema_alone(number: int) -> Response:
        return Response(registry.text(number), media_type=RegistryJSON.media_type)

    @app.get("/schemas/ids/{number}/versions")
    async def uses(number: int) -> list[Use]:
        return [Use(subject=one.subject, version=one.version) for one in registry.uses(number)]

    @app.get("/schemas/ids/{number}/subjects")
    async def users(number: int) -> list[str]:
        return [one.subject for one in registry.uses(number)]


def _by_subject(app: FastAPI, registry: Registry) -> None:
    @app.get("/subjects")
    async def subjects(beginning: Annotated[str, Query(alias="subjectPrefix")] = "") -> list[str]:
        return registry.subjects(beginning)

    @app.get("/subjects/{subject:path}/versions")
    async def versions(subject: str) -> list[int]:
        return registry.versions(subject)

    @app.get("/subjects/{subject:path}/versions/{version}")
    async def version(subject: str, version: str) -> Version:
        return _told(registry.version(subject, version))

    @app.get("/subjects/{subject:path}/versions/{version}/schema")
    async def version_alone(subject: str, version: str) -> Response:
        return Response(registry.version(subject, version).schema, media_type=RegistryJSON.media_type)

    @app.post("/subjects/{subject:path}/versions")
    async def register(subject: str, given: Given) -> Number:
        return Number(id=registry.register(subject, given.text))

    @app.post("/subjects/{subject:path}")
    async def lookup(subject: str, given: Given) -> Version:
        return _told(registry.lookup(subject, given.text))


def _settings(app: FastAPI) -> None:
    @app.get("/config")
    async def config() -> Level:
        return Level()

    @app.get("/config/{subject:path}")
    async def config_of(subject: str) -> Level:
        return Level()

    @app.get("/mode")
    async def mode() -> Mode:
        return Mode()

    @app.get("/mode/{subject:path}")
    async def mode_of(subject: str) -> Mode:
        return Mode()


def _told(one: Registered) -> Version:
    return Version(subject=one.subject, version=one.version, id=one.id, text=one.schema)


async def _small(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """A body must say how long it is, and be short: it is read whole before anything looks at it."""
    length = request_size.declared(request.headers)
    if length is None:
        return _error(411, 411, "HTTP 411 Length Required")
    if length > LIMIT_BYTES:
        return _error(413, 413, "HTTP 413 Request Entity Too Large")
    return await answer(request)


async def _refused(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, RegistryFault)
    return _error(fault.status, fault.code, str(fault))


async def _unknown(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    return _error(fault.status_code, fault.status_code, f"HTTP {fault.status_code} {fault.detail}")


async def _malformed(_: Request, fault: Exception) -> Response:
    return _error(422, INVALID_SCHEMA, "Either the input schema or one of its references is invalid")


def _error(status: int, code: int, message: str) -> Response:
    return RegistryJSON({"error_code": code, "message": message}, status_code=status)
