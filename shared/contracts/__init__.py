"""The published language: the events by which services meet, each file owned by its publisher."""
