"""Re-rating unbilled work by the rates and premiums that count by now."""
