"""The button and the light, joined to the conversation."""
