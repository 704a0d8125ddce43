"""What somebody spent, and the report that it is signed off with."""
