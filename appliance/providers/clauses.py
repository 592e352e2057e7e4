"""Where a text may be cut, so that its beginning can be spoken while the rest is still being made. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A voice that takes half of real time for what it says never runs dry while each piece is at most
# twice as long as everything before it.
GROWTH = 2
# A piece that is cut shorter than a third of what is allowed is spoken before the next one is made.
_LEAST_SHARE = 3

# What a voice makes at such a place when it speaks on: espeak-ng 250…300 ms and 100…150 ms.
SENTENCE_PAUSE_MS = 250
CLAUSE_PAUSE_MS = 100

_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+[\"')\]\u2019\u201d\u300d]*$")
_CLAUSE_END = re.compile(r"[,;:][\"')\]\u2019\u201d]*$|^[-\u2013\u2014]+$|\w[\u2013\u2014]$")
# A dot after these, or after a single letter, ends no sentence.
_ABBREVIATION = re.compile(
    r"^[\"'(\[\u2018\u201c]*(?:[a-z]|(?:[a-z]\.)+[a-z]|mr|mrs|ms|dr|prof|st|vs|etc|no|nr|approx|inc|ltd|co|jr|sr"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)\.$",
    re.IGNORECASE,
)
# A phrase begins with these: before them is the best place where no mark gives one.
_JOINING_WORDS = """
    and or but nor so because although though while when where which who that if unless until since as than
    in on at by for from to of with without into over under after before between about during
"""
_JOINING = frozenset(_JOINING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Piece:
    """What is made at once: its words, and the silence after it before the next piece is spoken."""

    text: str
    pause_ms: int


def pieces_of(text: str, first_chars: int, max_chars: int) -> Iterator[Piece]:
    """`text` in pieces of whole words, at most `max_chars` each, the first at most `first_chars`.

    Pieces end with a sentence where they can, else with a clause, else before a joining word, else
    between any two words; a word longer than a piece may be is cut. A piece is never longer than
    `GROWTH` times all before it or `first_chars`. Abbreviations and decimals end nothing. Joined, the
    pieces are the same words; there are none where there is no word.
    """
    said = 0
    for words in _sentences(text):
        rest = [part for word in words for part in bounded(word, min(first_chars, max_chars))]
        while rest:
            limit = min(max_chars, max(first_chars, GROWTH * said))
            count = cut(rest, limit)
            piece = " ".join(rest[:count])
            yield Piece(piece, _pause_ms(rest[count - 1], is_last=count == len(rest)))
            said += len(piece)
            rest = rest[count:]


def _sentences(text: str) -> Iterator[list[str]]:
    """The words of each sentence; a blank line ends one, too."""
    for paragraph in re.split(r"\n\s*\n", text):
        sentence: list[str] = []
        words = paragraph.split()
        for number, word in enumerate(words):
            sentence.append(word)
            following = words[number + 1] if number + 1 < len(words) else ""
            if ends_sentence(word, following):
                yield sentence
                sentence = []
        if sentence:
            yield sentence


def ends_clause(word: str) -> bool:
    """Whether a speaker would pause after `word`, in a sentence or at its end."""
    return _CLAUSE_END.search(word) is not None or ends_sentence(word, "")


def ends_sentence(word: str, following: str) -> bool:
    """Whether a sentence ends with `word`; `following` is the next one, "" where it is not known."""
    if not _SENTENCE_END.search(word):
        return False
    only_dots = not re.search("[!?\u2026\u3002\uff01\uff1f]", word)
    return not (only_dots and (_ABBREVIATION.match(word) or following[:1].islower()))


def bounded(word: str, max_chars: int) -> Iterator[str]:
    """`word` cut into pieces of at most `max_chars`."""
    for start in range(0, len(word), max_chars):
        yield word[start : start + max_chars]


def cut(words: list[str], limit: int) -> int:
    """How many of `words` make the next piece: at least one, at most `limit` characters."""
    length, best_rank, best = -1, -1, 1
    for count, word in enumerate(words, 1):
        length += 1 + len(word)
        if length > limit:
            return best
        if count == len(words):
            return count
        rank = 0 if length * _LEAST_SHARE < limit else _rank(word, words[count])
        if rank >= best_rank:
            best_rank, best = rank, count
    return len(words)


def _rank(word: str, following: str) -> int:
    """How good it is to cut between two words of one sentence."""
    if _CLAUSE_END.search(word):
        return 3
    return 2 if following.strip("\"'(").lower() in _JOINING else 1


def _pause_ms(last_word: str, *, is_last: bool) -> int:
    if is_last:
        return SENTENCE_PAUSE_MS
    return CLAUSE_PAUSE_MS if _CLAUSE_END.search(last_word) else 0
