"""Change orders: what the client agreed to change of what was sold."""
