"""Sample arithmetic. Pure: no clock, thread, socket or file."""
