"""What a model thinks before it speaks, in the tags that self-hosted ones put into their text. Pure."""

_OPEN, _CLOSE = "<think>", "</think>"


class ThoughtFilter:
    """Text as it comes, without what stands between <think> and </think> at its beginning.

    Bound: a tag's length is kept between two calls.
    """

    def __init__(self) -> None:
        self._held = ""  # what may be a tag
        self._begun = False  # a word that is no thought came
        self._thinking = False

    def feed(self, text: str) -> str:
        """What of `text`, the next piece, is to be said."""
        if self._begun:
            return text
        self._held += text
        if not self._thinking:
            said = self._held.lstrip()
            if _OPEN.startswith(said[: len(_OPEN)]) and len(said) < len(_OPEN):
                self._held = said
                return ""
            if not said.startswith(_OPEN):
                return self.end()
            self._thinking, self._held = True, said[len(_OPEN) :]
        _, close, after = self._held.partition(_CLOSE)
        if not close:
            self._held = self._held[-(len(_CLOSE) - 1) :]
            return ""
        self._thinking, self._held = False, ""
        return self.feed(after) if after.strip() else ""

    def end(self) -> str:
        """The text is over: what was held back as a tag, and is none."""
        said = "" if self._thinking else self._held
        self._begun, self._held = True, ""
        return said
