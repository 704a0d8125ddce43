"""Who fits a request, and why."""
