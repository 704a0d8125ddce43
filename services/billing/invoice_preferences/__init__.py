"""How each customer wants to be invoiced."""
