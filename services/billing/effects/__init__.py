"""What a deed would do to a contract, seen before it is done."""
