"""The loudspeaker's sound, taken out of the microphone's; and what is left of it, told from a person."""
