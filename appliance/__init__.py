"""A plug-in voice appliance: a microphone, a loudspeaker, and a conversation between them."""

__version__ = "0.1.0"
