"""What was said and what happens next. Pure: no clock, thread, socket or file."""
