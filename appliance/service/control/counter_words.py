"""The names of counters in words."""

_UNITS = ("s", "ms", "bytes", "samples")


def counter_words(name: str) -> tuple[str, str]:
    """A counter's name in words, and its unit: `speech_sent_s` is "speech sent" in "s"."""
    stem, _, suffix = name.rpartition("_")
    words = stem if suffix in _UNITS else name
    return words.replace("_", " "), suffix if suffix in _UNITS else ""
