"""What billing does over time for re-ratings: their contracts, some at a time."""

from __future__ import annotations

from services.billing.re_ratings.actions import RE_RATING

jobs = (RE_RATING,)
