"""What it takes to win a deal: each thing that may be missing is a refusal that says how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.crm.accounts.model import Account
from services.crm.opportunities.model.opportunity import Opportunity
from shared.errors import Conflict, Invalid, Refused
from shared.period import Period, months_later
from shared.reasons import because


class DealWithoutAccount(Conflict):
    """A deal is won with somebody: this one has no account.

    Set `account_id` to the account that will be billed.
    """


class AccountIncomplete(Conflict):
    """The account cannot be billed as it is written down.

    Complete the account: it needs a legal name and the country of its billing address.
    """


class DealWithoutLines(Conflict):
    """Nothing is sold: the deal has no lines.

    Add what was sold, line by line: time by role, fixed fees, retainers or expenses.
    """


class DealWithoutStart(Conflict):
    """Nobody knows when the work starts.

    Set `starts_on` to the first day of the work.
    """


class DealWithoutEnd(Conflict):
    """Nobody knows until when the work is planned.

    Set `ends_before` to the day after the last planned one.
    """


class DealWithoutEstimate(Conflict):
    """The deal has no services estimate, and one cannot be made from its lines: a standard cost is missing.

    Give an estimate, or have the standard cost of the role added to the price book.
    """


class DealWithoutQuote(Conflict):
    """A deal is won on an accepted quote.

    Give its reference in `quote_reference`, or say in `override_reason` why there is none.
    """


class DepositAboveAmount(Conflict):
    """The deposit is more than all that is sold.

    Lower the `deposit`, or add the line that it is for.
    """


class RetainerBeyondEnd(Conflict):
    """A retainer is sold for more months than begin before the deal ends.

    Sell fewer `months`, or set a later `ends_before`.
    """


class ClosedInFuture(Invalid):
    """A deal cannot be closed on a day that is still to come.

    Give the day on which it was closed, or leave it out for today.
    """


def refusals_to_win(
    opportunity: Opportunity, account: Account | None, *, quote_reference: str | None, override_reason: str | None
) -> Iterator[Refused]:
    """Everything that is missing for `opportunity` to be won with `account`, the gravest first."""
    if not opportunity.lines:
        yield DealWithoutLines(field="/lines")
    if account is None:
        yield DealWithoutAccount(field="/account_id")
    else:
        yield from _missing_of(account, opportunity.details.currency)
    if opportunity.details.starts_on is None:
        yield DealWithoutStart(field="/starts_on")
    if opportunity.details.ends_before is None:
        yield DealWithoutEnd(field="/ends_before")
    if not (quote_reference or override_reason):
        yield DealWithoutQuote(field="/quote_reference")
    deposit = opportunity.details.deposit
    if opportunity.lines and deposit is not None and deposit > opportunity.amount:
        yield DepositAboveAmount(field="/deposit")
    yield from _retainers_beyond(opportunity)


def all_at_once(missing: Sequence[Refused]) -> Refused:
    """The first of `missing`, which also names all the others, so that nobody mends them one by one."""
    first, *others = missing
    also = " ".join(other.detail for other in others)
    detail = f"{first.detail} Also missing: {also}" if also else first.detail
    return type(first)(detail, field=first.field, mend=" ".join(one.mend for one in missing if one.mend))


def _retainers_beyond(opportunity: Opportunity) -> Iterator[Refused]:
    starts_on, ends_before = opportunity.details.starts_on, opportunity.details.ends_before
    for line in opportunity.lines:
        months = line.terms.months
        if months is None or starts_on is None or ends_before is None:
            continue
        last = months_later(starts_on, months - 1)
        if last >= ends_before:
            yield RetainerBeyondEnd(
                because(
                    "%(description)s is sold for %(months)s months, the last of which would begin on %(last)s; "
                    "the work is planned %(days)s.",
                    description=line.description,
                    months=months,
                    last=last,
                    days=Period(starts_on, ends_before),
                ),
                field="/lines",
            )


def _missing_of(account: Account, currency: str) -> Iterator[Refused]:
    if not account.details.legal_name:
        yield AccountIncomplete(because("The account has no legal name."), field="/account/legal_name")
    if not account.billing_address.country:
        yield AccountIncomplete(
            because("The account's billing address has no country."), field="/account/billing_address/country"
        )
    if account.details.currency != currency:
        yield AccountIncomplete(
            because(
                "The account is billed in %(currency)s, the deal is in %(currency_2)s.",
                currency=account.details.currency,
                currency_2=currency,
            ),
            field="/account/currency",
            mend=because("Change the currency of the deal or of the account, so that they agree."),
        )
