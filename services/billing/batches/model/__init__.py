"""What a sealed batch is, what it says, and how other books read it."""
