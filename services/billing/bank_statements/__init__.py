"""Bank statements: what the bank booked, brought in once, matched to open invoices by a person who sees why."""
