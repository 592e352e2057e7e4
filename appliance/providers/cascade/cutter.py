"""A text that is still being written, cut into pieces that can be spoken already. Pure."""

import re

from appliance.providers.clauses import GROWTH, bounded, cut, ends_clause, ends_sentence

# The first piece ends with the first clause that has so many characters: a voice makes "Well," alone badly,
# and the next piece has to be made while it sounds. Half a second of speech.
FIRST_LEAST_CHARS = 12
# … and without any mark it is cut here: a model writes so much in a quarter of a second.
FIRST_CHARS = 60
# What a voice is given at most at once: 15 s of speech.
MAX_CHARS = 240

_UNSPACED_END = re.compile("([\u3002\uff01\uff1f][\u300d\u201d\u2019]?)(?=\\S)")


class Cutter:
    """Text goes in as it comes, whole clauses and sentences come out as soon as they are wanted.

    Bound: the caller's, on what it puts in. Pieces are whole words, joined by single spaces; a piece is at
    most `MAX_CHARS` long, and at most `GROWTH` times all before it or `FIRST_CHARS`.
    """

    def __init__(self, said: int = 0) -> None:
        """`said` characters were spoken of this answer already."""
        self.said = said
        self._words: list[str] = []
        self._tail = ""  # the word that is being written
        self._ended = False

    def add(self, text: str) -> None:
        """What is written next."""
        text = _UNSPACED_END.sub(r"\1 ", self._tail + text)
        words = text.split()
        whole = not text or text[-1].isspace()
        self._tail = "" if whole or not words else words.pop()
        for word in words:
            self._words.extend(bounded(word, FIRST_CHARS))
        while len(self._tail) > FIRST_CHARS:
            self._words.append(self._tail[:FIRST_CHARS])
            self._tail = self._tail[FIRST_CHARS:]

    def end(self) -> None:
        """Nothing more is written."""
        self.add(" ")
        self._ended = True

    @property
    def over(self) -> bool:
        """Nothing more will come out."""
        return self._ended and not self._words

    def take(self) -> str | None:
        """The next piece; None where none can be cut off yet."""
        if not self._words:
            return None
        limit = min(MAX_CHARS, max(FIRST_CHARS, GROWTH * self.said))
        count, length = 0, -1
        for number, word in enumerate(self._words, 1):
            length += 1 + len(word)
            if length > limit:
                return self._give(count or cut(self._words, limit))
            following = self._words[number] if number < len(self._words) else self._tail
            if ends_sentence(word, following) or (
                not self.said and length >= FIRST_LEAST_CHARS and ends_clause(word)
            ):
                count = number
                if not self.said:
                    break
        if self._ended and not count:
            count = len(self._words)
        return self._give(count) if count else None

    def _give(self, count: int) -> str:
        piece = " ".join(self._words[:count])
        del self._words[:count]
        self.said += len(piece)
        return piece
