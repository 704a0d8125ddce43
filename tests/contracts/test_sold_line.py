"""A sold line says its true billing method to us, and to readers of the first release one that they know."""

import json

import pytest

from deploy.events.samples import sample
from shared.contracts.crm import BillingMethod, FirstMethod, SoldLine


@pytest.mark.parametrize("method", BillingMethod)
def test_every_method_arrives_and_an_older_reader_knows_the_one_beside_it(method: BillingMethod) -> None:
    told = _line(method).model_dump_json()

    assert SoldLine.model_validate_json(told).method is method
    assert FirstMethod(json.loads(told)["method"]) is method.first


def test_a_line_that_the_first_release_told_has_the_method_that_it_says() -> None:
    told = json.loads(_line(BillingMethod.FIXED_FEE_MILESTONE).model_dump_json())
    del told["billing_method"]

    assert SoldLine.model_validate(told).method is BillingMethod.FIXED_FEE_MILESTONE


def test_hours_under_a_cap_stay_hours_and_nothing_else_is_billed_by_an_older_reader() -> None:
    by_the_hour = {each for each in BillingMethod if each.first is FirstMethod.TIME_AND_MATERIALS}

    assert by_the_hour == {BillingMethod.TIME_AND_MATERIALS, BillingMethod.TIME_AND_MATERIALS_CAPPED}


def _line(method: BillingMethod) -> SoldLine:
    one: SoldLine = sample(SoldLine)
    return SoldLine(**{**dict(one), "method": method, "billing_method": ""})
