"""What has changed, told between the processes of a service once it is committed: whose, and in which feature.

A signal carries nothing of a record. Whoever is interested asks again, with their own rights; a lost one costs a page
that is a little old.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Changes:
    """What this process has committed and not told yet."""

    waiting: set[tuple[UUID, str]] = field(default_factory=set)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, tenant_id: UUID, by: Callable[..., object]) -> None:
        """Something of `tenant_id` was changed and committed, by a function of the feature that changed."""
        self.waiting.add((tenant_id, feature_of(by)))
        self.arrived.set()

    def take(self) -> dict[UUID, set[str]]:
        """What there is to tell, and forget it."""
        taken, self.waiting = self.waiting, set()
        self.arrived.clear()
        told: dict[UUID, set[str]] = {}
        for tenant_id, feature in taken:
            told.setdefault(tenant_id, set()).add(feature)
        return told


def feature_of(function: Callable[..., object]) -> str:
    """The feature that `function` is written in: `accounts` of services.crm.accounts.api, `jobs` of shared.jobs.api."""
    steps = function.__module__.split(".")
    return steps[min(2 if steps[0] == "services" else 1, len(steps) - 1)]
