"""The demo firm's first year, lived through week by week by its people."""
