"""Revenue of time that nobody has submitted by the end of a month: estimated, and taken back on the next day."""
