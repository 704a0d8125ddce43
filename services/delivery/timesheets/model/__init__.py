"""What time is: entries, weeks, and who decides on them."""
