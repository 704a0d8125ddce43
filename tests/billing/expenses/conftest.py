"""Books at the end of the year, as the other worked examples have them."""

from tests.billing.test_worked_examples import books

__all__ = ["books"]
