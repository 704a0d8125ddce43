"""Who is wanted: by projects, and by deals that may be won."""
