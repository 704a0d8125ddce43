"""Everything that was posted to one account, with the balance after each line."""
