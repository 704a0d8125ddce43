"""What became of a won deal, as the other services tell it."""
