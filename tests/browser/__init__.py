"""The product in a real browser: the thread clicked through by its people, and every page looked at."""
