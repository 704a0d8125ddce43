"""What billing does for recognition while nobody waits."""

from __future__ import annotations

from services.billing.recognition.actions import RECOGNITION

jobs = (RECOGNITION,)
