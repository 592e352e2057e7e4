"""The provider that needs no network: speech-to-text, a few answers and a voice in a process of their own."""
