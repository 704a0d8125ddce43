"""Bugs of money: something billed, credited, recognised or provided for twice, or by more than there is."""

from tests.mutants.mutant import one_edit

BILLING, TESTS = "services/billing", "tests/billing"
RECEIVABLES, RECOGNITION = f"{BILLING}/receivables/model.py", f"{BILLING}/recognition"

MONEY = (
    one_edit(
        "what was written off of a claim is credited as well, so that it leaves the books twice",
        RECEIVABLES,
        "    if given_up and (missing := amount - position.open - paid) > 0:",
        "    if given_up < 0 and (missing := amount - position.open - paid) > 0:",
        f"{TESTS}/receivables/test_model.py::test_what_was_given_up_is_credited_once_it_came_back",
    ),
    one_edit(
        "a claim leaves the books at what was settled and not as it stands there",
        RECEIVABLES,
        "        for sign, part in ((1, position.open - amount), (-1, position.open)):",
        "        for sign, part in ((-1, amount),):",
        f"{TESTS}/receivables/test_model.py::test_a_claim_leaves_the_books_as_it_stands_there",
    ),
    one_edit(
        "more comes back of a write-off than was given up",
        f"{BILLING}/write_offs/model.py",
        "        left = self.amount - before\n",
        "        left = self.amount\n",
        f"{TESTS}/write_offs/test_model.py::test_no_more_comes_back_than_was_given_up_nor_before_that",
    ),
    one_edit(
        "each step of overtime is billed in full, so that minutes count twice",
        f"{BILLING}/rates/store/overtime.py",
        "               beyond - coalesce(max(beyond) over higher, 0) as minutes,",
        "               beyond as minutes,",
        f"{TESTS}/premiums/test_overtime.py::test_steps_and_the_premium_of_the_day_are_not_added_up",
    ),
    one_edit(
        "overtime that was billed is billed again when an entry of its week is corrected",
        f"{BILLING}/rates/store/overtime.py",
        "               coalesce(wanted.value, 0) - coalesce(made.value, 0) as value,\n",
        "               coalesce(wanted.value, 0) as value,\n",
        f"{TESTS}/premiums/test_overtime.py::test_what_was_billed_stays_and_the_rest_makes_up_for_what_comes_late",
    ),
    one_edit(
        "work that is marked down is recognised a second time",
        f"{RECOGNITION}/store/runs.py",
        "items.c.day, items.c.value - done, paid_on)",
        "items.c.day, items.c.value + 0 * done, paid_on)",
        f"{TESTS}/recognition/test_adjusted.py"
        "::test_work_that_is_marked_down_or_written_off_later_is_the_difference_in_the_next_run",
    ),
    one_edit(
        "of a provision in a foreign currency that is released something stays in the books",
        f"{RECOGNITION}/actions/providing.py",
        "            entry = at_rate(entry, one, rate, stood=stood, into=books)\n",
        "            entry = at_rate(entry, one, rate, stood=Standing(stood.amount, stood.amount), into=books)\n",
        f"{TESTS}/recognition/test_losses_in_foreign_currency.py"
        "::test_an_estimate_puts_all_of_the_provision_at_the_rate_of_its_day",
    ),
    one_edit(
        "the allowance is posted anew in full at each run",
        f"{BILLING}/allowances/model.py",
        "        return self.wanted - self.stood\n",
        "        return self.wanted\n",
        f"{TESTS}/allowances/test_model.py::test_what_stands_is_made_up_to_what_is_wanted_and_goes_where_nothing_is_open",
    ),
    one_edit(
        "a cap leaves room for work that is on an invoice already",
        f"{BILLING}/caps/actions.py",
        "up_to=up_to), cap - billed\n",
        "up_to=up_to), cap\n",
        f"{TESTS}/caps/test_capping.py::test_what_is_beyond_the_cap_is_written_down_at_billing_with_the_reason",
    ),
    one_edit(
        "a deposit is drawn down by what is not left of it",
        f"{BILLING}/deposits/actions.py",
        "drawdown(left=found.invoiced - found.drawn, ",
        "drawdown(left=found.invoiced, ",
        f"{TESTS}/deposits/test_drawing_down.py::test_a_deposit_is_a_liability_that_later_invoices_draw_down",
    ),
    one_edit(
        "minutes of a retainer expire a month late",
        f"{BILLING}/retainers/model.py",
        "        buckets = [(last, left) for last, left in buckets if last > number]\n",
        "        buckets = [(last, left) for last, left in buckets if last >= number]\n",
        f"{TESTS}/retainers/test_model.py::test_unused_minutes_stay_good_for_a_month_and_then_expire",
    ),
    one_edit(
        "half a cent is rounded to the even one",
        "shared/money.py",
        "_smallest_unit(self.currency), ROUND_HALF_UP)",
        '_smallest_unit(self.currency), "ROUND_HALF_EVEN")',
        f"{TESTS}/rates/test_model.py::test_half_a_cent_is_rounded_up_and_time_taken_back_cancels_out",
    ),
)
