"""What open balances in foreign currencies are worth at the end of a month."""
