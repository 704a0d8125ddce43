"""Which news of a thing was the latest that this process has acted on, so that it knows older ones when they come."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

REMEMBERED = 10_000  # things, the last ones that were heard of

Thing = tuple[str, UUID, str]


@dataclass
class Newest:
    """The highest sequence of each thing, by consumer, tenant and subject."""

    _sequences: OrderedDict[Thing, int] = field(default_factory=OrderedDict)

    def is_behind(self, consumer: str, tenant_id: UUID, subject: str, sequence: int) -> bool:
        """Take note of news that were acted on; tell whether later ones had been before."""
        thing = (consumer, tenant_id, subject)
        latest = self._sequences.pop(thing, 0)
        self._sequences[thing] = max(latest, sequence)
        if len(self._sequences) > REMEMBERED:
            self._sequences.popitem(last=False)
        return sequence < latest
