"""Who works here, what they can do, and what an hour of them costs."""
