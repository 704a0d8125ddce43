"""What was announced under an older version is read as the present one, whatever version it was."""

import json
from decimal import Decimal
from typing import ClassVar

import pytest
from pydantic import ValidationError

from shared.contracts.base import REGISTRY
from shared.contracts.upcasting import NotUpcast, Told
from shared.operations.message import schema_errors
from tests.contracts.planted import Thing, planted

ID = "0192c0de-0000-7000-8000-000000000001"


@planted
class Paid(Thing):
    """Paid, in its second major: `cents` became `amount` with `currency`, and then `payer` was told."""

    type: ClassVar[str] = "throughline.crm.thing.paid.v2"
    minor: ClassVar[int] = 1
    amount: str
    currency: str
    payer: str


@Paid.upcasters.step(major=1, minor=0)
def _cents_as_such(told: Told) -> Told:
    return {**told, "cents": told["euros"] * 100}


@Paid.upcasters.step(major=1)
def _amount_of_cents(told: Told) -> Told:
    return {**told, "amount": str(Decimal(told["cents"]) / 100), "currency": "EUR"}


@Paid.upcasters.step(major=2, minor=0)
def _nobody_paid(told: Told) -> Told:
    return {**told, "payer": "nobody"}


def read(major: int, minor: int, **told: object) -> Paid:
    return Paid.read(major, minor, json.dumps({"thing_id": ID, **told}).encode())


def test_steps_are_taken_one_after_the_other_from_where_the_fact_begins() -> None:
    assert [(one.amount, one.currency, one.payer) for one in (read(1, 0, euros=3), read(1, 1, cents=250))] == [
        ("3", "EUR", "nobody"),
        ("2.5", "EUR", "nobody"),
    ]
    assert read(2, 0, amount="1.00", currency="CHF").payer == "nobody"
    assert read(2, 1, amount="1.00", currency="CHF", payer="Ines").payer == "Ines"


def test_minors_of_tomorrow_are_read_in_every_major() -> None:
    assert read(1, 7, cents=100, colour="red").amount == "1"
    assert read(2, 9, amount="1.00", currency="CHF", payer="Ines", colour="red").payer == "Ines"


def test_majors_are_reached_from_below_and_without_a_gap() -> None:
    assert [Paid.upcasters.reach(major) for major in (1, 2, 3)] == [True, True, False]
    assert [Thing.upcasters.reach(major) for major in (1, 2)] == [True, False]


def test_what_lacks_what_a_step_needs_says_so() -> None:
    with pytest.raises(NotUpcast, match="_cents_as_such found KeyError: 'euros'"):
        read(1, 0)


@pytest.mark.parametrize("body", [b"no json", b'["a list"]', b"\x80"])
def test_what_is_no_fact_at_all_is_told_by_the_event(body: bytes) -> None:
    with pytest.raises(ValidationError):
        Paid.read(1, 0, body)


@pytest.mark.parametrize("version", [{"major": 1}, {"major": 2, "minor": 1}, {"major": 2}, {"major": 3, "minor": 0}])
def test_there_is_one_step_per_version_and_none_beyond_the_present(version: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="no further step"):
        Paid.upcasters.step(**version)(lambda told: told)


@pytest.mark.parametrize(("minor", "missing"), [(0, []), (1, ["/payer"])])
def test_an_operator_is_told_what_is_wrong_by_the_version_a_message_is_of(
    minor: int, missing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REGISTRY, Paid.type, Paid)
    body = json.dumps({"thing_id": ID, "amount": "1", "currency": "EUR"}).encode()

    assert [error.where for error in schema_errors(Paid.type, minor, body)] == missing
