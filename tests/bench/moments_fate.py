"""At which moment, and how, which first provider dies: by chance, every moment as often as every other, and
in each of them every provider."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.moments_story import FIRST_WORDS, Fate, Kind, Manner

VISIBLE = (Manner.RESET, Manner.CLOSED)
WITH_FAILED = (*VISIBLE, Manner.FAILED)
# The stream starts 3 s after a connection that does not open: then the person begins to talk. A session that
# is not ready 5 s after it was connected to is given up.
CONNECT_MS = (3000.0, 4800.0)
# Less than any of the servers thinks.
THINK_MS = (1.0, 250.0)
# The shortest recording with its prefix and the silence after it, in frames of 32 ms, the first one larger.
LISTEN_FRAMES = (1, 25)
# Of the chunks of sound: each but the first and the last, and the last.
_CHUNKS, _CASCADE_CHUNKS = Kind.OPENAI.chunks, Kind.CASCADE.chunks
MID_ANSWER, DRAIN = (2, _CHUNKS - 1), (_CHUNKS, _CHUNKS)


@dataclass(frozen=True)
class Place:
    """Where in the protocol a moment is: at one of these events, of which the `nth` is drawn from `times`."""

    events: tuple[str, ...]
    times: tuple[int, int] = (1, 1)
    after_ms: tuple[float, float] = (0.0, 0.0)
    manners: tuple[Manner, ...] = VISIBLE


_OPENAI_SOUND = "sent response.output_audio.delta"
OPENAI = {
    "connect": (Place(("got session.update",), after_ms=CONNECT_MS),),
    "listen": (Place(("got input_audio_buffer.append",), LISTEN_FRAMES),),
    "commit": (
        Place(("got input_audio_buffer.commit", "sent input_audio_buffer.committed", "got response.create")),
    ),
    "think": (Place(("sent response.created",), after_ms=THINK_MS, manners=WITH_FAILED),),
    "first audio": (Place((_OPENAI_SOUND,), manners=WITH_FAILED),),
    "mid-answer": (Place((_OPENAI_SOUND,), MID_ANSWER, manners=WITH_FAILED),),
    "drain": (Place((_OPENAI_SOUND,), DRAIN, manners=WITH_FAILED),),
    "tool": (
        Place(("sent response.function_call_arguments.done", _OPENAI_SOUND), manners=WITH_FAILED),
        # While the tool runs, or its result is told.
        Place(("sent response.done", "got conversation.item.create", "sent response.created")),
    ),
}

_GEMINI_SOUND = "sent serverContent.modelTurn"
_GEMINI_WORDS = "sent serverContent.inputTranscription"
GEMINI = {
    "connect": (Place(("got setup",), after_ms=CONNECT_MS),),
    "listen": (Place(("got realtimeInput.audio",), LISTEN_FRAMES),),
    "commit": (Place(("got realtimeInput.activityEnd", _GEMINI_WORDS)),),
    "think": (Place((_GEMINI_WORDS,), after_ms=THINK_MS, manners=WITH_FAILED),),
    "first audio": (Place((_GEMINI_SOUND,), manners=WITH_FAILED),),
    "mid-answer": (Place((_GEMINI_SOUND,), MID_ANSWER, manners=WITH_FAILED),),
    "drain": (Place((_GEMINI_SOUND,), DRAIN, manners=WITH_FAILED),),
    "tool": (
        Place(("sent toolCall", _GEMINI_SOUND), manners=WITH_FAILED),
        Place(("got toolResponse",)),
    ),
}

# There is no commit: it writes down what it heard when it takes the turn to be over.
_LIVE_SOUND = "sent session.output_audio.delta"
_LIVE_WORDS = "sent session.input_transcript.delta"
LIVE = {
    "connect": (Place(("got session.start",), after_ms=CONNECT_MS),),
    "listen": (Place(("got session.input_audio.append",), LISTEN_FRAMES, manners=WITH_FAILED),),
    "commit": (Place((_LIVE_WORDS,), manners=WITH_FAILED),),
    "think": (Place((_LIVE_WORDS,), after_ms=THINK_MS, manners=WITH_FAILED),),
    "first audio": (Place((_LIVE_SOUND,), manners=WITH_FAILED),),
    "mid-answer": (Place((_LIVE_SOUND,), MID_ANSWER, manners=WITH_FAILED),),
    "drain": (Place((_LIVE_SOUND,), DRAIN, manners=WITH_FAILED),),
    "tool": (
        Place(("sent response.event", _LIVE_SOUND), manners=WITH_FAILED),
        Place(("got response.item.create", "got response.create")),
    ),
}

# Its failure is HTTP 503: what was begun with 200 can only break off.
_CASCADE_EARS, _CASCADE_MODEL = "got POST /audio/transcriptions", "got POST /chat/completions"
CASCADE = {
    "connect": (Place(("got GET /models",), after_ms=CONNECT_MS, manners=WITH_FAILED),),
    "commit": (Place((_CASCADE_EARS,), manners=WITH_FAILED),),
    "think": (
        Place((_CASCADE_EARS, _CASCADE_MODEL), after_ms=THINK_MS, manners=WITH_FAILED),
        Place(("sent a piece of /chat/completions",), (1, 3)),
    ),
    "first audio": (Place(("sent sound",)),),
    "mid-answer": (Place(("sent sound",), (2, _CASCADE_CHUNKS - 1)),),
    "drain": (Place(("sent sound",), (_CASCADE_CHUNKS, _CASCADE_CHUNKS)),),
    "tool": (
        Place((_CASCADE_MODEL,), (2, 2), manners=WITH_FAILED),
        Place(("sent sound",)),
    ),
}

PLACES: Mapping[Kind, Mapping[str, tuple[Place, ...]]] = {
    Kind.OPENAI: OPENAI,
    Kind.GEMINI: GEMINI,
    Kind.LIVE: LIVE,
    Kind.CASCADE: CASCADE,
}
MOMENTS = tuple(OPENAI)
# Why a provider is not drawn for a moment: PROTOCOLS §5.1, §1.13.
IMPOSSIBLE: Mapping[tuple[Kind, str], str] = {
    (Kind.CASCADE, "listen"): "a cascade over HTTP is not lost while it listens: nothing is connected then"
}
WORDS_AHEAD = (1, 2, 4, FIRST_WORDS)
SILENT_MOMENTS = ("connect", "commit", "think", "first audio", "mid-answer", "drain", "tool")


def visible(seed: int) -> Fate:
    """The loss can be seen at once: a connection that ends, or an answer that failed."""
    moment = MOMENTS[seed % len(MOMENTS)]
    first = _first(moment, seed // len(MOMENTS))
    chance = random.Random(f"moment {seed}")
    place = chance.choice(PLACES[first][moment])
    return _draw(moment, place, chance.choice(place.manners), chance, first)


def silent(seed: int) -> Fate:
    """The server says no more, and its connection lives."""
    moment = SILENT_MOMENTS[seed % len(SILENT_MOMENTS)]
    chance = random.Random(f"silent moment {seed}")
    # Each is met by the next provider the next time that the moment comes round.
    first = _first(moment, seed)
    return _draw(moment, PLACES[first][moment][0], Manner.SILENT, chance, first)


def with_words_ahead(seed: int) -> tuple[Fate, int]:
    """In mid-answer, seen at once; the text is one, two or four words ahead of the sound, or all of it is."""
    chance = random.Random(f"words ahead {seed}")
    place = PLACES[Kind.OPENAI]["mid-answer"][0]
    fate = _draw("mid-answer", place, chance.choice(VISIBLE), chance, Kind.OPENAI)
    return fate, WORDS_AHEAD[seed % len(WORDS_AHEAD)]


def _first(moment: str, turn: int) -> Kind:
    """Who dies at this moment the `turn`-th time that it is drawn: one after the other."""
    able = [kind for kind in Kind if moment in PLACES[kind]]
    return able[turn % len(able)]


def _draw(moment: str, place: Place, manner: Manner, chance: random.Random, first: Kind) -> Fate:
    event, nth = chance.choice(place.events), chance.randint(*place.times)
    after_ms = chance.uniform(*place.after_ms)
    return Fate(moment, event, nth, after_ms, manner, first, chance.choice(list(Kind)))
