"""What a model thinks before it speaks, in the tags that self-hosted ones put into their text. Pure."""

from enum import Enum

_OPEN, _CLOSE = "<think>", "</think>"


class _State(Enum):
    """Where in the text it is."""

    BEFORE = "nothing was said; a thought may begin"
    THINKING = "within a thought"
    SPEAKING = "a word was said; no thought begins any more"


class ThoughtFilter:
    """Text as it comes, without what stands between <think> and </think> at its beginning.

    Bound: a tag's length is kept between two calls.
    """

    def __init__(self) -> None:
        self._held = ""  # what may be a tag
        self._state = _State.BEFORE

    def feed(self, text: str) -> str:
        """What of `text`, the next piece, is to be said."""
        if self._state is _State.SPEAKING:
            return text
        text, self._held = self._held + text, ""
        while self._state is not _State.SPEAKING:
            if self._state is _State.THINKING:
                _, close, after = text.partition(_CLOSE)
                if not close:
                    self._held = text[1 - len(_CLOSE) :]
                    return ""
                self._state, text = _State.BEFORE, after
            words = text.lstrip()
            if words.startswith(_OPEN):
                self._state, text = _State.THINKING, words.removeprefix(_OPEN)
            elif _OPEN.startswith(words):
                self._held = words
                return ""
            else:
                self._state = _State.SPEAKING
        return text

    def end(self) -> str:
        """The text is over: what was held back as a tag, and is none."""
        held, self._held = self._held, ""
        return "" if self._state is _State.THINKING else held
