"""What crm does over time for imports: their slices, one after the other."""

from __future__ import annotations

from services.crm.imports.actions import IMPORT

jobs = (IMPORT,)
