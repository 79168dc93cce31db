"""Settings from the environment. Read once by the composition root and handed down; nothing reads them at import."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from topics.access import secret


class SettingsFault(Exception):
    """Settings that may not run together; the message says which and what to set instead."""


class Settings(BaseSettings):
    """Every setting with its unit. Environment names are ``CHENGXIN_<NAME>`` unless an alias is given."""

    model_config = SettingsConfigDict(env_prefix="CHENGXIN_", extra="ignore", populate_by_name=True)

    kafka_bootstrap: str | None = Field(
        default=None,
        validation_alias=AliasChoices("KAFKA_BOOTSTRAP", "CHENGXIN_KAFKA_BOOTSTRAP", "kafka_bootstrap"),
    )  # host:port[,host:port]; None = the local stack's
    clickhouse_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CLICKHOUSE_URL", "CHENGXIN_CLICKHOUSE_URL", "clickhouse_url"),
    )  # clickhouse://user:password@host:port ; None = the local stack's
    clickhouse_url_file: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("CLICKHOUSE_URL_FILE", "CHENGXIN_CLICKHOUSE_URL_FILE", "clickhouse_url_file"),
    )  # a private file that holds clickhouse_url instead, so that the password stands in no environment
    schema_registry: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SCHEMA_REGISTRY_URL", "CHENGXIN_SCHEMA_REGISTRY", "schema_registry"),
    )  # http(s)://[user:password@]host:port of a registry elsewhere; refused at start if its ids differ from ids.yaml
    data_dir: Path = Path(".data")  # local servers, keys, sample; relative to the working directory
    prefix: str = ""  # before every topic name, group and transactional id, e.g. "run1."
    database: str = "chengxin"  # ClickHouse database
    profile: Literal["development", "production"] = "development"
    allow_synthetic: bool = True  # accept region 990000; refused by the start-up check on production
    scale: Literal["local", "province"] = "local"  # partition counts: 8 or 64
    replication: int = 1  # of every topic
    session_timeout_s: float = 10.0  # a killed worker's partitions move after this
    transaction_timeout_ms: int = 60_000
    batch_records: int = 1_000  # records a poll hands over per partition at most
    tick_chunk: int = 500  # subjects moved per transaction by a tick or a law change
    state: Literal["memory", "disk"] = "memory"
    accept_loss: bool = False  # an operator's word that records deleted unread, as named by the error, are given up
    schema_ceiling: int | None = None  # in a rolling upgrade: greatest schema id to write, the last of the old release
    portal_issuer: str | None = None  # ``iss`` of tokens; None = the development issuer, refused in production
    portal_jwks: str | None = None  # the issuer's key set: a file, or an https address
    portal_audience: str = "chengxin-portal"  # ``aud`` that tokens must name
    portal_algorithm: Literal["ES256", "RS256"] = "ES256"  # of the issuer's signatures; nothing else is taken
    # questions of one officer, or of one person, that one portal process answers: of N behind one address each gets 1/N
    portal_per_minute: int = 60
    portal_persons_a_day: int = 200  # an officer who asks about more persons is told to supervision
    metrics_port: int = 0  # 0 = a free loopback port, printed at start

    @model_validator(mode="after")
    def _from_file(self) -> "Settings":
        if self.clickhouse_url is None and self.clickhouse_url_file is not None:
            self.clickhouse_url = secret(self.clickhouse_url_file).strip()
        return self

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def audit_dir(self) -> Path:
        return self.data_dir / "audit"

    def require_safe(self) -> None:
        """What every process that knows people asks before it starts. Raises SettingsFault."""
        if self.profile == "production" and self.allow_synthetic:
            raise SettingsFault("CHENGXIN_PROFILE=production needs CHENGXIN_ALLOW_SYNTHETIC=false: no test persons")
