"""What a service is made of: its table of contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from shared import audit, jobs, operations, subjects
from shared.actor import Role
from shared.database import Schema
from shared.messaging import asyncapi
from shared.messaging.reactions import Reactions
from shared.operations.api import router_knowing
from shared.operations.group import DEAL_WITH_GROUP
from shared.operations.pages import needs_of, pages_knowing
from shared.pages.navigation import OPERATE, Entry
from shared.sealing import sealed_columns
from shared.web import idempotency

if TYPE_CHECKING:
    from fastapi import APIRouter

    from shared.jobs import JobKind
    from shared.pages.waiting import Finder, NeedsOf

ABBREVIATED = 3  # letters at most, in a name that is written in capitals


@dataclass(frozen=True, eq=False)
class Service:
    """One service: its tables, who may do what, what it serves, what it reacts to, what it does over time."""

    name: str
    schema: Schema
    permissions: Mapping[Role, frozenset[StrEnum]]
    routers: tuple[APIRouter, ...] = ()
    pages: tuple[APIRouter, ...] = ()
    navigation: tuple[Entry, ...] = ()
    needs: tuple[NeedsOf, ...] = ()
    finders: tuple[Finder, ...] = ()
    reactions: tuple[Reactions, ...] = ()
    jobs: tuple[JobKind, ...] = ()
    public: frozenset[str] = field(default_factory=frozenset)
    """Permissions that everybody who is logged in holds."""

    def __post_init__(self) -> None:
        for part in (audit, idempotency, subjects):
            part.declare(self.schema)

    @cached_property
    def all_reactions(self) -> Reactions:
        """The reactions of every feature, and the one that every service has."""
        return Reactions.together((*self.reactions, subjects.reactions(self.schema)))

    @property
    def keeps_secrets(self) -> bool:
        """Whether its database holds secrets, which must be sealed."""
        return any(sealed_columns(self.schema.metadata))

    @cached_property
    def all_pages(self) -> tuple[APIRouter, ...]:
        """The pages of every feature, and those that every service has."""
        return (*self.pages, audit.pages, pages_knowing(self.all_reactions))

    @property
    def all_needs(self) -> tuple[NeedsOf, ...]:
        """What waits for people in every feature, and for operators."""
        return (*self.needs, needs_of(self.name))

    @property
    def all_navigation(self) -> tuple[Entry, ...]:
        """Where people start from, operators too."""
        label = self.name.upper() if len(self.name) <= ABBREVIATED else self.name.capitalize()
        operations_entry = Entry(label, f"/{self.name}/ops", "activity", OPERATE, operations.Permission.SEE_OPERATIONS)
        return (*self.navigation, operations_entry)

    @cached_property
    def asyncapi(self) -> asyncapi.Described:
        """What it says of its events."""
        return asyncapi.describe(self.name, self.all_reactions)

    @property
    def all_jobs(self) -> tuple[JobKind, ...]:
        """The jobs of every feature, and those that every service has."""
        resealing = [jobs.reseal_secrets(self.schema)] if self.keeps_secrets else []
        return (*self.jobs, jobs.FORGET_ANSWERS, *resealing, DEAL_WITH_GROUP)

    @property
    def all_routers(self) -> tuple[APIRouter, ...]:
        """The routes of every feature, and those that every service has."""
        return (*self.routers, audit.router, jobs.router, router_knowing(self.all_reactions))

    def permissions_of(self, roles: frozenset[str]) -> frozenset[str]:
        """Everything that somebody with `roles` may do here."""
        given = (*self.permissions.items(), *operations.ROLES.items())
        held = {permission for role, own in given if role in roles for permission in own}
        return frozenset(held) | self.public
