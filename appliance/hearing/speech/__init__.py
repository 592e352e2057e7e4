"""Whether somebody speaks, and where that begins and ends."""
