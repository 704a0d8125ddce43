"""How much of people's time was billable."""
