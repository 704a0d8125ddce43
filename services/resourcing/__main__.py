"""Start resourcing: `python -m services.resourcing api|worker|migrate`."""

from __future__ import annotations

from services.resourcing.service import service
from shared.process import main

if __name__ == "__main__":
    main(service)
