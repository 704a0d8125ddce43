"""What the client agreed to change: the lines, the order with its answer, and what it does to the project."""
