"""Revenue earned: each piece of delivered work recognised once, in its month."""
