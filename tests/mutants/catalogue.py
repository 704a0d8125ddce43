"""Every planted bug."""

from tests.mutants.money import MONEY
from tests.mutants.receiving import RECEIVING
from tests.mutants.sending import SENDING
from tests.mutants.tenancy import TENANCY

MUTANTS = (*SENDING, *RECEIVING, *TENANCY, *MONEY)
