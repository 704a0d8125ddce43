"""The books of the worked examples."""

from tests.billing.test_worked_examples import books

__all__ = ["books"]
