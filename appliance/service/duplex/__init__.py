"""Whether it may be spoken over: the echo, and the ladder from full duplex to the button."""
