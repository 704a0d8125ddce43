"""Purchase orders of customers, and how much of each is spent."""
