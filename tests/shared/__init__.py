"""What every service shares, tested."""
