"""Products and their dated prices: what we sell, for how much, and what it costs us."""
