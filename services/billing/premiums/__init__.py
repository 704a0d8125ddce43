"""What comes on top of a rate on Saturdays, Sundays and public holidays, and for overtime."""
