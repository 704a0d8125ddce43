"""What deeds would do, seen before they are done."""
