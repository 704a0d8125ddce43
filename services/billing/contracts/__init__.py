"""What was agreed with a customer, made from the deal that was won."""
