"""The published language, held to what was committed."""
