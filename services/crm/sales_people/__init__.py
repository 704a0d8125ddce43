"""Sales people as another system knew them, and their log-ins here."""
