"""What a service does when something has happened elsewhere."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.contracts.base import Event
from shared.errors import Conflict, Refused
from shared.telemetry import routing_key
from shared.work import Work

CONSUMER = re.compile(r"^[a-z_]+\.[a-z][a-z0-9_]*(@[1-9][0-9]*)?$")

Fact = TypeVar("Fact", bound=Event)
Handler = Callable[[Work, Fact, int], Awaitable[None]]


class NotReady(Conflict):
    """Another record is needed first, and has not been heard of yet.

    The message waits without spending an attempt and comes back when an event about that record arrives.
    """

    def __init__(self, subject: str) -> None:
        """Wait for `subject`, written as events do: `project/<id>`."""
        super().__init__(f"Waits for {subject}.")
        self.subject = subject


class Reject(Refused):
    """This event can never be acted on.

    It is parked at once with this reason; an operator looks at it and lets it run again or discards it.
    """


class ConsumerTaken(TypeError):
    """Two reactions of one service bear the same consumer name."""


@dataclass(frozen=True)
class Reaction:
    """One consumer: the event it takes and what it does; `consumer` is stable, because the inbox keeps it."""

    consumer: str
    event_type: type[Event]
    handler: Handler[Any]

    @property
    def routing_key(self) -> str:
        """The key under which its events travel: their type without prefix and version."""
        return routing_key(self.event_type.type)


class Reactions:
    """The reactions of one feature, or of a whole service."""

    def __init__(self, reactions: Iterable[Reaction] = ()) -> None:
        """Hold `reactions`; raises ConsumerTaken when two of them share a consumer."""
        self._by_consumer: dict[str, Reaction] = {}
        self._by_key: dict[str, list[Reaction]] = {}
        for reaction in reactions:
            self._add(reaction)

    @classmethod
    def together(cls, parts: Iterable[Reactions]) -> Reactions:
        """The reactions of all `parts` as one; raises ConsumerTaken when two of them share a consumer."""
        return cls(reaction for part in parts for reaction in part)

    def on(self, event_type: type[Fact], *, consumer: str) -> Callable[[Handler[Fact]], Handler[Fact]]:
        """React to `event_type`; `consumer` (`service.verb_noun`) names the reaction for good.

        A reaction that shall have its effects anew from the log takes another name: `service.verb_noun@2`.
        """
        if not CONSUMER.match(consumer):
            raise TypeError(f"the consumer {consumer!r} does not match {CONSUMER.pattern}")

        def register(handler: Handler[Fact]) -> Handler[Fact]:
            self._add(Reaction(consumer, event_type, handler))
            return handler

        return register

    def _add(self, reaction: Reaction) -> None:
        taken = self._by_consumer.get(reaction.consumer)
        if taken is not None and taken != reaction:
            raise ConsumerTaken(f"{reaction.consumer} is the name of two reactions")
        if taken is None:
            self._by_consumer[reaction.consumer] = reaction
            self._by_key.setdefault(reaction.routing_key, []).append(reaction)

    def __iter__(self) -> Iterator[Reaction]:
        return iter(self._by_consumer.values())

    def __len__(self) -> int:
        return len(self._by_consumer)

    def named(self, consumer: str) -> Reaction:
        """The reaction with this consumer name; raises KeyError."""
        return self._by_consumer[consumer]

    def routed(self, key: str) -> Sequence[Reaction]:
        """The reactions whose events travel under the routing key `key`."""
        return self._by_key.get(key, ())

    @property
    def consumers(self) -> list[str]:
        """The names of all reactions, sorted."""
        return sorted(self._by_consumer)

    @property
    def routing_keys(self) -> list[str]:
        """The keys to bind the service's queue to, sorted."""
        return sorted({reaction.routing_key for reaction in self})

    @property
    def replay_keys(self) -> list[str]:
        """The keys under which old events come back to one consumer each, sorted."""
        return sorted(replay_key(reaction.routing_key, reaction.consumer) for reaction in self)


def replay_key(routing_key: str, consumer: str) -> str:
    """The key under which events are replayed to `consumer` alone."""
    return f"{routing_key}.to.{consumer}"
