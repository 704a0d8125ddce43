"""How time is kept: open entries, weeks, and what was signed off for good."""
