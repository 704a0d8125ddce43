"""Start delivery: `python -m services.delivery api|worker|migrate`."""

from __future__ import annotations

from services.delivery.service import service
from shared.process import main

if __name__ == "__main__":
    main(service)
