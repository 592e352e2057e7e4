"""Text as a voice should get it: models write for the eye. Pure."""

import re

# Between two numbers it is no mark: without it "2*3" would be said as 23.
_TIMES = re.compile(r"(?<=\d)\s*\*\s*(?=\d)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`~|]+|(?<!\w)_+|_+(?!\w)|^#+\s|(?<=\s)#+\s")


def plain_speech(piece: str) -> str:
    """`piece` without Markdown's marks; "" where nothing is left that can be said."""
    text = " ".join(_MARKS.sub("", _LINK.sub(r"\1", _TIMES.sub(" \u00d7 ", piece))).split())
    text = text.removeprefix("- ")
    return text if any(c.isalnum() for c in text) else ""
