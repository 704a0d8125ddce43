"""Every setting of a service process, read from the environment and checked at start."""

from __future__ import annotations

import sys
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PostgresUrl = Annotated[str, StringConstraints(pattern=r"^postgresql\+asyncpg://")]
BrokerUrl = Annotated[str, StringConstraints(pattern=r"^amqps?://")]
Keys = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}(,[0-9a-f]{64})*$")]
WebUrl = Annotated[str, StringConstraints(pattern=r"^https?://")]
Networks = Annotated[
    str, AfterValidator(lambda said: ",".join(str(ip_network(one.strip())) for one in said.split(",") if one))
]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class Settings(BaseSettings):
    """What a service needs to know of its surroundings; no secret has a default."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    database_url: PostgresUrl = Field(description="the service's database as its app role, postgresql+asyncpg://…")
    migration_database_url: PostgresUrl | None = Field(
        None, description="the same database as its owner; `migrate` only"
    )
    backup_database_url: PostgresUrl | None = Field(
        None, description="the same database as a role that sees every tenant's rows; `backup`, `restore`, `marks` only"
    )
    broker_url: BrokerUrl | None = Field(
        None, description="RabbitMQ as the service's own user, amqp://user:password@host:5672/vhost; not for `api`"
    )
    broker_admin_url: BrokerUrl | None = Field(
        None, description="RabbitMQ as a user who may declare everything; without it, BROKER_URL; `provision` only"
    )
    broker_management_url: WebUrl | None = Field(
        None,
        description="RabbitMQ's management interface, where `provision` makes the user of BROKER_URL with its rights",
    )
    issuer_url: WebUrl = Field(description="issuer of the tokens, exactly as in their claim `iss`")
    jwks_url: WebUrl | None = Field(None, description="the issuer's keys; without it, as its discovery document says")
    discovery_url: WebUrl | None = Field(
        None, description="where the issuer describes itself; without it, under the issuer's own address"
    )
    client_id: str = Field("throughline-web", description="the application at the issuer that browsers log in through")
    public_url: WebUrl | None = Field(None, description="the origin that browsers know, https://…; `api` only")
    session_key: Keys | None = Field(
        None,
        description="seals the sessions of browsers, the same for every service: 64 hexadecimal digits, such as"
        " `openssl rand -hex 32` gives; several by commas, the newest first; `api` only",
    )
    secrets_key: Keys | None = Field(
        None,
        description="seals the secrets that billing keeps, those of webhooks; as SESSION_KEY, several by commas, the"
        " newest first; billing's `api` and `worker` only",
    )
    audience: str = Field("throughline", description="what a token must be made out to")
    host: str = Field("127.0.0.1", description="address that `api` listens on")
    port: int = Field(8000, description="port that `api` listens on")
    drain_seconds: float = Field(0, description="how long `api` goes on once told to stop, not ready any more", ge=0)
    metrics_port: int | None = Field(None, description="port on which the process shows its metrics to Prometheus")
    pool_size: int = Field(20, description="connections to the database per process", ge=1)
    backlog_rest: float = Field(
        1.0,
        description="seconds that `worker` rests for one of work once a backlog has kept it busy for 20 s; 0 where it"
        " has a machine of its own",
        ge=0,
    )
    otlp_endpoint: WebUrl | None = Field(
        None,
        description="where traces go, OTLP over HTTP, base address; without it the service keeps its own for a day",
    )
    trace_ratio: float = Field(1.0, description="share of the traces begun here that are recorded", ge=0, le=1)
    webhook_networks: Networks | None = Field(
        None, description="networks that are not public and may get webhooks all the same, by commas, as 10.20.0.0/16"
    )
    log_level: LogLevel = Field("INFO", description="least level of the log")


def from_environment() -> Settings:
    """The settings of this process; says what is missing or wrong, by name, and exits with status 2."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            sys.stderr.write(f"{name}: {fault['msg']} ({_purpose(name)})\n")
        raise SystemExit(2) from None


def needed(value: str | None, name: str) -> str:
    """The setting `name`, which only some parts of a service need; says so and exits with status 2 where it is not."""
    if value is None:
        sys.stderr.write(f"{name}: Field required ({_purpose(name)})\n")
        raise SystemExit(2)
    return value


def _purpose(name: str) -> str:
    return Settings.model_fields[name.lower()].description or ""
