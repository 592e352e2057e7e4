"""It listens like a person: turns, interruptions and echo on a set that is labelled by construction."""
