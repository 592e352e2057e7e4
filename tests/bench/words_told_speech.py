"""Speech of which it is known when each word is said, and the events in which a provider sends it. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TEXTS = (
    "Once upon a time there was an extraordinarily patient loudspeaker, and it lived on a shelf. Every day "
    "somebody asked it the same question; every day it answered as if it had never been asked before. "
    "I do not mind, it said to the lamp beside it, because they do not mind me either.",
    "Sure! You will need two eggs, a cup of flour, and a pinch of salt. Whisk the eggs first. Then add the "
    "flour little by little, so that no lumps are left, and let the batter rest for a while. Do you have a "
    "pan that does not stick? A small one is easier.",
    "It will rain in the afternoon, mostly between two and five. Tomorrow looks better. There will be some "
    "clouds over the mountains, but along the coast it stays dry and fairly warm, with a light wind from the "
    "west. Take an umbrella today, and leave it at home tomorrow.",
    "Photosynthesis is how plants turn light into food. Chlorophyll absorbs sunlight, and its energy splits "
    "water molecules. Oxygen is released. The remaining hydrogen, together with carbon dioxide from the "
    "atmosphere, eventually becomes glucose, which nourishes practically everything else alive.",
)
CLAUSE_PAUSE_MS = (60.0, 250.0)
SENTENCE_PAUSE_MS = (250.0, 550.0)
# One word against the voice's usual pace, and one answer against another.
WORD_SPREAD = 0.25
ANSWER_SPREAD = 0.05
DELTAS = ("words", "clauses", "sentences")


@dataclass(frozen=True)
class Word:
    """One word and its place on the sound, without the pause after it."""

    word: str
    from_ms: float
    until_ms: float


def speech(chance: random.Random, pace_ms: float, *, pauses: bool) -> list[Word]:
    """A text at that pace a character, pauses included, uneven from word to word and answer to answer."""
    at_ms, words = 0.0, []
    for word in chance.choice(TEXTS).split():
        from_ms = at_ms
        at_ms += (len(word) + 1) * pace_ms * chance.uniform(1 - WORD_SPREAD, 1 + WORD_SPREAD)
        words.append(Word(word, from_ms, at_ms))
        if pauses and word[-1] in ".,;!?":
            at_ms += chance.uniform(*(CLAUSE_PAUSE_MS if word[-1] in ",;" else SENTENCE_PAUSE_MS))
    characters = sum(len(each.word) + 1 for each in words)
    scale = characters * pace_ms / at_ms * chance.gauss(1.0, ANSWER_SPREAD)
    return [Word(each.word, each.from_ms * scale, each.until_ms * scale) for each in words]


@dataclass(frozen=True)
class Manner:
    """How the text goes with its sound: `lead_ms` ahead (below 0: behind), and `times` as fast.

    `timed`: by the vendor's times, each text having its own. `pieces`: of a cascade, each text being told
    before the sound that is made of it, and its end after it.
    """

    name: str
    lead_ms: float = 0.0
    times: float = 1.0
    timed: bool = False
    pieces: bool = False

    @property
    def passes_for_in_step(self) -> bool:
        """Whether the text of a slow voice looks like that of a quick one, in step with its sound."""
        return 1.0 < self.times <= 2.0


MANNERS = (
    Manner("just before their sound"),
    Manner("just after their sound", -1.0),
    Manner("1 s after their sound", -1000.0),
    Manner("½ s ahead", 500.0),
    Manner("1 s ahead", 1000.0),
    Manner("2 s ahead", 2000.0),
    Manner("4 s ahead", 4000.0),
    Manner("1.3 times as fast", times=1.3),
    Manner("twice as fast", times=2.0),
    Manner("5 times as fast", times=5.0),
    Manner("all at once", float("inf")),
    Manner("with the vendor's times", timed=True),
    Manner("in pieces that are spoken (cascade)", pieces=True),
)


@dataclass(frozen=True)
class Sound:
    """The next piece of it."""

    ms: float


@dataclass(frozen=True)
class Text:
    """All of it so far; the vendor says by when it is said, or not."""

    text: str
    until_ms: float | None = None


Stream = Sequence[Text | Sound]


def stream(words: Sequence[Word], manner: Manner, delta: str, chunk_ms: int) -> Stream:
    """The sound in pieces of `chunk_ms`, and before or after each of them the text that is due by then."""
    deltas = list(_deltas(words, delta))
    if manner.pieces:
        return list(_spoken(words, [count for _, count in deltas], chunk_ms))
    return list(_stream(words, manner, deltas, chunk_ms))


def _stream(
    words: Sequence[Word], manner: Manner, deltas: list[tuple[Word, int]], chunk_ms: int
) -> Iterator[Text | Sound]:
    end_ms, sent = words[-1].until_ms, 0
    behind = manner.lead_ms < 0
    for start in range(0, int(end_ms) + 1, chunk_ms):
        until_ms = min(float(start + chunk_ms), end_ms)
        if behind:
            yield Sound(until_ms - start)
        while sent < len(deltas):
            word, count = deltas[sent]
            due_ms = words[count - 1].until_ms if behind else word.from_ms
            if due_ms >= until_ms * manner.times + manner.lead_ms and not (behind and until_ms == end_ms):
                break
            yield Text(_text(words[:count]), words[count - 1].until_ms if manner.timed else None)
            sent += 1
        if not behind:
            yield Sound(until_ms - start)


def _spoken(words: Sequence[Word], counts: Sequence[int], chunk_ms: int) -> Iterator[Text | Sound]:
    made_ms = 0.0
    for count in counts:
        yield Text(_text(words[:count]))
        end_ms = words[count].from_ms if count < len(words) else words[-1].until_ms
        while made_ms < end_ms:
            yield Sound(min(chunk_ms, end_ms - made_ms))
            made_ms = min(made_ms + chunk_ms, end_ms)
        yield Text(_text(words[:count]), made_ms)


def _text(words: Sequence[Word]) -> str:
    return " ".join(each.word for each in words)


def _deltas(words: Sequence[Word], delta: str) -> Iterator[tuple[Word, int]]:
    """The first word of each piece of text, and how many words there are with it."""
    ends = {"words": "", "clauses": ".,;!?", "sentences": ".!?"}[delta]
    first = 0
    for count, each in enumerate(words, 1):
        if not ends or each.word[-1] in ends or count == len(words):
            yield words[first], count
            first = count
