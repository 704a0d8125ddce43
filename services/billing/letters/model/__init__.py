"""What stands on every letter to a customer: who writes to whom."""

from __future__ import annotations

from services.billing.customers.model import Customer
from services.billing.legal_entities.model import LegalEntity


def iban_as_printed(seller: LegalEntity) -> str:
    """Where to pay, in groups of four."""
    return " ".join(seller.iban[start : start + 4] for start in range(0, len(seller.iban), 4))


def seller_as_printed(seller: LegalEntity) -> dict[str, str]:
    """Who writes, as it stands on a letter."""
    return {
        "name": seller.name,
        "street": seller.street,
        "place": f"{seller.postal_code} {seller.city}, {seller.country}",
        "tax_registration": seller.tax_registration,
        "iban": iban_as_printed(seller),
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
