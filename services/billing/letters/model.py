"""What stands on every letter to a customer: who writes to whom, and amounts and days in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision

from services.billing.customers.model import Customer
from services.billing.legal_entities.model import LegalEntity

LOCALE = "en"


def seller_as_printed(seller: LegalEntity) -> dict[str, str]:
    """Who writes, as it stands on a letter."""
    return {
        "name": seller.name,
        "street": seller.street,
        "place": f"{seller.postal_code} {seller.city}, {seller.country}",
        "tax_registration": seller.tax_registration,
        "iban": " ".join(seller.iban[start : start + 4] for start in range(0, len(seller.iban), 4)),
    }


def customer_as_printed(customer: Customer) -> dict[str, str]:
    """Whom it is written to."""
    place = f"{customer.postal_code} {customer.city}".strip()
    return {
        "name": customer.legal_name,
        "street": customer.street,
        "place": ", ".join(part for part in (place, customer.country) if part),
        "tax_id": customer.tax_id,
    }


def amount_as_printed(amount: Decimal, currency: str) -> str:
    """An amount with the digits of its currency."""
    digits = get_currency_precision(currency)
    return str(format_decimal(amount, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=LOCALE))


def day_as_printed(day: date) -> str:
    """A day, such as 31 March 2026."""
    return str(format_date(day, "d MMMM y", locale=LOCALE))
