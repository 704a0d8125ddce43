"""What people do with their own time, and with the time of others."""
