"""The rules that change, bill and credit work conserve its minutes and its money, in whatever order they are used."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.billing.adjustments.model import Change, Part, all_of, by_amount, by_percent, moved_item_id
from services.billing.credit_notes.model.crediting import Billed, Choice, chosen
from services.billing.rates.model import value_of, with_premium
from shared.errors import Refused
from shared.ids import new_id
from shared.money import Money
from tests.support.billing import MONDAY

CONTRACT, LINE = UUID(int=1), UUID(int=2)
PICKS = st.sets(st.integers(0, 20), min_size=1, max_size=4)
PRICES = st.decimals("0.01", "300", places=2)
PERCENTS = st.decimals("-100", "150", places=1)
AMOUNTS = st.decimals("-500", "500", places=2)


@dataclass
class Item:
    """What is open of one item, what invoices took of it, and the rate it has."""

    part: Part
    rate: Decimal
    billed: list[Billed] = field(default_factory=list)
    is_by_hand: bool = False

    @property
    def taken(self) -> tuple[Decimal, int]:
        """What is on invoices and was not credited."""
        rests = [one.rest for one in self.billed]
        return sum((rest.amount for rest in rests), Decimal()), sum(rest.minutes or 0 for rest in rests)


class WorkLives(RuleBasedStateMachine):
    """Work is approved, marked, re-rated, transferred, written off, billed in parts and credited in parts."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[UUID, Item] = {}
        self.approved_minutes = 0
        self.worth = Decimal()  # at first, and every change since that is no write-off
        self.given_up, self.given_up_minutes = Decimal(), 0

    def _picked(self, picks: set[int]) -> list[Part]:
        """The open parts that were picked, of those of which something is open."""
        waiting = [one.part for one in self.items.values() if one.part.value or one.part.minutes]
        return [waiting[pick % len(waiting)] for pick in {pick % len(waiting) for pick in picks}] if waiting else []

    def _change(self, changes: list[Change]) -> Decimal:
        for change in changes:
            item = self.items[change.item_id]
            value, minutes = (item.part.value or Decimal()) + change.amount, item.part.minutes + change.minutes
            item.part, item.is_by_hand = replace(item.part, value=value, minutes=minutes), True
        return sum((change.amount for change in changes), Decimal())

    @rule(minutes=st.integers(1, 600), price=PRICES, premium=st.none() | PERCENTS.filter(lambda one: one > 0))
    def approve(self, minutes: int, price: Decimal, premium: Decimal | None) -> None:
        rate = with_premium(Money(price, "EUR"), premium)
        value = value_of(rate, minutes).amount
        part = Part(new_id(), CONTRACT, LINE, True, "EUR", value, minutes, is_waiting=True)
        self.items[part.item_id] = Item(part, rate.amount)
        self.approved_minutes += minutes
        self.worth += value

    @rule(picks=PICKS, percent=PERCENTS)
    def mark(self, picks: set[int], percent: Decimal) -> None:
        if parts := self._picked(picks):
            with suppress(Refused):
                self.worth += self._change(by_percent(parts, percent))

    @rule(picks=PICKS, amount=AMOUNTS)
    def spread(self, picks: set[int], amount: Decimal) -> None:
        if parts := self._picked(picks):
            with suppress(Refused):
                changed = self._change(by_amount(parts, amount))
                assert changed == amount
                self.worth += changed

    @rule(picks=PICKS)
    def write_off(self, picks: set[int]) -> None:
        changes = all_of(self._picked(picks))
        self.given_up -= self._change(changes)
        self.given_up_minutes -= sum(change.minutes for change in changes)

    @rule(picks=PICKS)
    def transfer(self, picks: set[int]) -> None:
        parts, transfer_id = self._picked(picks), new_id()
        for part in parts:
            source = self.items[part.item_id]
            moved = replace(part, item_id=moved_item_id(transfer_id, part.item_id))
            self.items[moved.item_id] = Item(moved, source.rate, is_by_hand=source.is_by_hand)
        self._change(all_of(parts))

    @rule(price=PRICES)
    def re_rate(self, price: Decimal) -> None:
        for item in self.items.values():
            if not item.is_by_hand and not any(item.taken):
                minutes, old = item.part.minutes, Money(item.rate, "EUR")
                change = value_of(Money(price, "EUR"), minutes) - value_of(old, minutes)
                item.part = replace(item.part, value=(item.part.value or Decimal()) + change.amount)
                item.rate = price
                self.worth += change.amount

    @rule(picks=PICKS)
    def bill(self, picks: set[int]) -> None:
        for part in self._picked(picks):
            item = self.items[part.item_id]
            item.billed.append(Billed(part.item_id, 1, MONDAY, part.value or Decimal(), part.minutes))
            item.part = replace(part, value=Decimal(), minutes=0)

    @rule(pick=st.integers(0, 20), minutes=st.none() | st.integers(1, 600))
    def credit(self, pick: int, minutes: int | None) -> None:
        billed = [(item, at) for item in self.items.values() for at in range(len(item.billed))]
        if billed:
            item, at = billed[pick % len(billed)]
            choices = [] if minutes is None else [Choice(minutes, position=1)]
            with suppress(Refused):
                [given] = chosen([item.billed[at]], choices, "EUR")
                self._give_back(item, at, given.amount, given.minutes or 0)

    def _give_back(self, item: Item, at: int, amount: Decimal, minutes: int) -> None:
        one = item.billed[at]
        item.billed[at] = replace(
            one, credited_amount=one.credited_amount + amount, credited_minutes=one.credited_minutes + minutes
        )
        value = (item.part.value or Decimal()) + amount
        item.part = replace(item.part, value=value, minutes=item.part.minutes + minutes)

    @invariant()
    def every_minute_is_somewhere(self) -> None:
        waiting = sum(item.part.minutes for item in self.items.values())
        billed = sum(item.taken[1] for item in self.items.values())
        assert waiting + billed + self.given_up_minutes == self.approved_minutes

    @invariant()
    def every_cent_is_somewhere(self) -> None:
        waiting = sum((item.part.value or Decimal() for item in self.items.values()), Decimal())
        billed = sum((item.taken[0] for item in self.items.values()), Decimal())
        assert waiting + billed + self.given_up == self.worth

    @invariant()
    def nothing_is_less_than_nothing(self) -> None:
        for item in self.items.values():
            assert all(one >= 0 for one in (item.part.value or 0, item.part.minutes, *item.taken))
            assert all(0 <= one.credited_amount <= one.amount for one in item.billed)


TestWorkLives: Any = WorkLives.TestCase
TestWorkLives.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
