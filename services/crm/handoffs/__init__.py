"""What delivery answered to the deals that were handed to it."""
