"""Numbers that people read: counted up without gaps."""
