"""What is recognised, by which method, on which terms."""
