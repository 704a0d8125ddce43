"""What a customer pays in advance, and how much of it each later invoice draws down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.billing.legal_entities.model import Language
from shared.errors import Conflict, Invalid
from shared.money import plain
from shared.reasons import because

DEPOSIT_RULE = "deposit"
DRAWDOWN_RULE = "drawdown"
# What invoices say of them, where nothing else was said.
ASKED = {
    Language.ENGLISH: "Deposit on contract {number}",
    Language.GERMAN: "Anzahlung auf den Vertrag {number}",
    Language.FRENCH: "Acompte sur le contrat {number}",
}
DRAWN = {
    Language.ENGLISH: "Paid in advance on contract {number}",
    Language.GERMAN: "Bereits angezahlt auf den Vertrag {number}",
    Language.FRENCH: "Acompte déjà facturé sur le contrat {number}",
}


class NoDepositAgreed(Invalid):
    """No deposit was agreed on this contract, so its amount has to be said.

    Give an `amount`, net.
    """


class DepositAskedAlready(Conflict):
    """The deposit that was agreed on this contract is asked for already, all of it.

    Draft the invoice that it goes on; give an `amount`, net, to ask for another one.
    """


@dataclass(frozen=True)
class Advance:
    """What was asked in advance on a contract, invoiced of it, drawn down, and drawn down without a draft yet."""

    asked: Decimal = Decimal()
    invoiced: Decimal = Decimal()
    drawn: Decimal = Decimal()
    open_drawdown: Decimal = Decimal()


@dataclass(frozen=True)
class DepositAccount:
    """What was asked in advance on a contract, what of it was invoiced, and what was drawn down since."""

    agreed: Decimal | None
    asked: Decimal
    invoiced: Decimal
    drawn: Decimal
    currency: str

    @property
    def left(self) -> Decimal:
        """What later invoices may still draw down."""
        return self.invoiced - self.drawn


def left_to_ask(agreed: Decimal | None, *, asked: Decimal, currency: str) -> Decimal:
    """What of the agreed deposit nobody has asked for yet. Raises NoDepositAgreed, DepositAskedAlready."""
    if not agreed:
        raise NoDepositAgreed(field="/amount")
    if asked >= agreed:
        said = because(
            "%(asked)s of %(agreed)s %(currency)s are asked for already.",
            asked=plain(asked),
            agreed=plain(agreed),
            currency=currency,
        )
        raise DepositAskedAlready(said, field="/amount")
    return agreed - asked


def drawdown(*, left: Decimal, net: Decimal) -> Decimal:
    """What an invoice of `net` draws down: everything that is left, but no more than it comes to."""
    return min(max(left, Decimal()), max(net, Decimal()))
