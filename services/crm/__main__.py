"""Start crm: `python -m services.crm api|worker|migrate`."""

from __future__ import annotations

from services.crm.service import service
from shared.process import main

if __name__ == "__main__":
    main(service)
