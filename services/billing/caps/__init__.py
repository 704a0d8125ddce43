"""Caps on time and materials: they warn while work is recorded, and write down what is beyond them at billing."""
