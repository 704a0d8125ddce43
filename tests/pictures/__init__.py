"""The pictures of docs/tour.md, taken from the running demo."""
