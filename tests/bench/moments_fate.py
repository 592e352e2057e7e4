"""At which moment, and how, the first provider dies: by chance, every moment as often as every other."""

import random
from dataclasses import dataclass

from tests.bench.moments_server import CHUNKS, FIRST_WORDS, Fate, Manner

VISIBLE = (Manner.RESET, Manner.CLOSED)
IN_RESPONSE = (*VISIBLE, Manner.FAILED)
DELTA = "sent response.output_audio.delta"
APPEND = "got input_audio_buffer.append"
# The stream starts 3 s after a connection that does not open: then the person begins to talk. A session that
# is not ready 5 s after the upgrade is given up.
CONNECT_MS = (3000.0, 4800.0)
# The shortest recording with its prefix and the silence after it, in frames of 32 ms, the first one larger.
LISTEN_FRAMES = 25


@dataclass(frozen=True)
class Place:
    """Where in the protocol a moment is: at one of these events, of which the `nth` is drawn from `times`."""

    events: tuple[str, ...]
    times: tuple[int, int] = (1, 1)
    after_ms: tuple[float, float] = (0.0, 0.0)
    manners: tuple[Manner, ...] = VISIBLE


PLACES = {
    "connect": Place(("got session.update",), after_ms=CONNECT_MS),
    "listen": Place((APPEND,), times=(1, LISTEN_FRAMES)),
    "commit": Place(
        ("got input_audio_buffer.commit", "sent input_audio_buffer.committed", "got response.create")
    ),
    "think": Place(("sent response.created",), after_ms=(1.0, 250.0), manners=IN_RESPONSE),
    "first audio": Place((DELTA,), manners=IN_RESPONSE),
    "mid-answer": Place((DELTA,), times=(2, CHUNKS - 1), manners=IN_RESPONSE),
    "drain": Place((DELTA,), times=(CHUNKS, CHUNKS), manners=IN_RESPONSE),
    "tool": Place(("sent response.function_call_arguments.done", DELTA), manners=IN_RESPONSE),
}
MOMENTS = tuple(PLACES)
# While the tool runs, or its result is told.
AFTER_CALL = Place(("sent response.done", "got conversation.item.create", "sent response.created"))
WORDS_AHEAD = (1, 2, 4, FIRST_WORDS)
SILENT_MOMENTS = ("connect", "commit", "think", "first audio", "mid-answer", "drain", "tool")


def visible(seed: int) -> Fate:
    """The loss can be seen at once: a connection that ends, or an answer that failed."""
    chance = random.Random(f"moment {seed}")
    moment = MOMENTS[seed % len(MOMENTS)]
    place = PLACES[moment]
    if moment == "tool" and chance.random() < 0.5:
        place = AFTER_CALL
    return _draw(moment, place, chance.choice(place.manners), chance)


def silent(seed: int) -> Fate:
    """The server says no more, and its connection lives."""
    moment = SILENT_MOMENTS[seed % len(SILENT_MOMENTS)]
    return _draw(moment, PLACES[moment], Manner.SILENT, random.Random(f"silent moment {seed}"))


def with_words_ahead(seed: int) -> tuple[Fate, int]:
    """In mid-answer, seen at once; the text is one, two or four words ahead of the sound, or all of it is."""
    chance = random.Random(f"words ahead {seed}")
    fate = _draw("mid-answer", PLACES["mid-answer"], chance.choice(VISIBLE), chance)
    return fate, WORDS_AHEAD[seed % len(WORDS_AHEAD)]


def _draw(moment: str, place: Place, manner: Manner, chance: random.Random) -> Fate:
    event, nth = chance.choice(place.events), chance.randint(*place.times)
    return Fate(moment, event, nth, chance.uniform(*place.after_ms), manner)
