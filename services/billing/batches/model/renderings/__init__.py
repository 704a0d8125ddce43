"""A sealed batch in the form that some system reads: pure functions of its bytes and of that system's settings."""
