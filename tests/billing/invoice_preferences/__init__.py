"""How customers are invoiced."""
