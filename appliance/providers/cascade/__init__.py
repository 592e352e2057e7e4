"""A provider made of three: speech-to-text, a language model, text-to-speech."""
