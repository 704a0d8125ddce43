"""How recognition is kept: its runs, and what measured revenue follows from."""
