"""What is sold at a price and not recognised yet, by when it is expected (IFRS 15.120)."""
