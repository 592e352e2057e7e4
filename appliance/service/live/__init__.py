"""The daemon: microphone, loudspeaker and the hands on it, run until it is asked to end."""
