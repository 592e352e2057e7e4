"""Whether anybody can be reached, and what time it is."""
