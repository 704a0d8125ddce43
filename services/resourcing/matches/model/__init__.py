"""How well somebody fits a request, and why."""
