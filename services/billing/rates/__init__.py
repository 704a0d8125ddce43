"""What an hour is worth to a customer, from which day on, and why."""
