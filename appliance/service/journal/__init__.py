"""The event log as the system's journal keeps it: a sentence, a priority and a field for each member."""
