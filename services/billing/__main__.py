"""Start billing: `python -m services.billing api|worker|migrate`."""

from __future__ import annotations

from services.billing.service import service
from shared.process import main

if __name__ == "__main__":
    main(service)
