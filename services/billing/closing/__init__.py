"""The end of a month: nothing left unsealed, then nothing more comes in."""
