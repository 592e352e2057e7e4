"""Text as a voice should get it: models write for the eye. Pure."""

import re

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`~|]+|(?<!\w)_+|_+(?!\w)|^#+\s|(?<=\s)#+\s")


def plain_speech(piece: str) -> str:
    """`piece` without Markdown's marks; "" where nothing is left that can be said."""
    text = " ".join(_MARKS.sub("", _LINK.sub(r"\1", piece)).split())
    text = text.removeprefix("- ")
    return text if any(c.isalnum() for c in text) else ""
