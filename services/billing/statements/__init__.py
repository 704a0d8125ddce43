"""What happened between a customer and us: opening balance, every movement, closing balance."""
