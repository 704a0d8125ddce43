"""What an audit file says, and how it is written."""
