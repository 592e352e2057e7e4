"""Recorded sessions, spoilt: what a peer that is wrong, hostile or cut off might send instead. Pure."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

Frame = str | bytes

# How many of a session's frames are spoilt: the deep states of a codec are reached by sessions that are
# almost whole, its doors are tried by those of which nothing is left.
_SHARES: Final = (0.0, 0.02, 0.1, 0.3, 0.8)
# Twenty million characters; the bigger ones a link refuses before any codec sees them.
HUGE_CHARACTERS: Final = 20_000_000
# A huge frame costs a thousand times as much as any other.
_HUGE_CHANCE: Final = 2e-5

# Stands where something is put that Python could not write.
_HERE: Final = "\x00here"
_PIECES: Final = ("A", "AAAA", " ", "[", "\\u00e9", "\\n", "1,", "[],", '{"a":1},', '"x",')

_STRANGE: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**40, 1.5, -0.0, 1e308, float("nan"), float("inf")),
    *("", " ", "x", "\x00", "\ud800", "é" * 10, "-1", "NaN", "null", "[]", "A" * 300, "AAA=", "AAAA", "@@@@"),
    *([], {}, [[]], [{}], {"": None}, [None] * 50, {"type": "x"}, {"id": {}}),
)


def spoilt_session(session: Sequence[str], chance: random.Random) -> Iterator[Frame]:
    """The frames of one session, some of them spoilt, repeated, left out, cut off or out of order."""
    share = chance.choice(_SHARES)
    frames = list(session)
    for _ in range(chance.choice((0, 0, 1, 5)) if share else 0):
        frames.insert(chance.randrange(len(frames) + 1), frames.pop(chance.randrange(len(frames))))
    for frame in frames:
        if chance.random() >= share:
            yield frame
        else:
            yield from chance.choice(_WAYS)(frame, chance)
        if chance.random() < _HUGE_CHANCE:
            yield huge(frame, chance)


def huge(frame: str, chance: random.Random) -> str:
    """One of the recorded frames with a value of up to `HUGE_CHARACTERS`: a long text, or a long list."""
    event = _parsed(frame)
    places = list(_places(event, lambda _: True))
    piece = chance.choice(_PIECES)
    value = piece * (
        chance.choice((HUGE_CHARACTERS, HUGE_CHARACTERS // 5, HUGE_CHARACTERS // 50)) // len(piece)
    )
    whole = f"[{value}0]" if piece.endswith(",") else f'"{value}"'
    if not places:
        return whole
    inside, key = chance.choice(places)
    inside[key] = _HERE
    return json.dumps(event).replace(json.dumps(_HERE), whole, 1)


def _value(frame: str, chance: random.Random) -> Iterator[Frame]:
    """One value is another one."""
    event = _parsed(frame)
    places = list(_places(event, lambda _: True))
    if places:
        inside, key = chance.choice(places)
        inside[key] = chance.choice(_STRANGE)
    yield json.dumps(event)


def _swap(frame: str, chance: random.Random) -> Iterator[Frame]:
    """Two values change places."""
    event = _parsed(frame)
    places = list(_places(event, lambda value: not isinstance(value, dict | list)))
    if len(places) > 1:
        (one, key), (other, name) = chance.sample(places, 2)
        one[key], other[name] = other[name], one[key]
    yield json.dumps(event)


def _remove(frame: str, chance: random.Random) -> Iterator[Frame]:
    """One key or element is missing."""
    event = _parsed(frame)
    places = list(_places(event, lambda _: True))
    if places:
        inside, key = chance.choice(places)
        del inside[key]
    yield json.dumps(event)


def _nest(frame: str, chance: random.Random) -> Iterator[Frame]:
    """One value is nested a thousand, or a hundred thousand times."""
    depth = chance.choice((1000, 1000, 100_000))
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}")))
    nested = opening * depth + "1" + closing * depth
    event = _parsed(frame)
    places = list(_places(event, lambda _: True))
    if not places:
        yield nested
        return
    inside, key = chance.choice(places)
    inside[key] = _HERE
    yield json.dumps(event).replace(json.dumps(_HERE), nested, 1)


def _bytes(frame: str, chance: random.Random) -> Iterator[Frame]:
    """A few bytes are others; sometimes it is no UTF-8 any more."""
    raw = bytearray(frame.encode("utf-8", "replace"))
    for _ in range(chance.choice((1, 1, 4, 20))):
        if raw:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    yield bytes(raw) if chance.random() < 0.5 else raw.decode("utf-8", "replace")


def _cut(frame: str, chance: random.Random) -> Iterator[Frame]:
    yield frame[: chance.randrange(len(frame) + 1)]


def _noise(frame: str, chance: random.Random) -> Iterator[Frame]:
    yield chance.choice(
        (chance.randbytes(chance.randrange(200)), "", "null", "[]", "{}", "1", '"x"', "9" * 5000)
    )


def _twice(frame: str, chance: random.Random) -> Iterator[Frame]:
    for _ in range(chance.choice((2, 2, 30))):
        yield frame


def _none(frame: str, chance: random.Random) -> Iterator[Frame]:
    yield from ()


_WAYS: Final = (
    _value,
    _value,
    _value,
    _value,
    _swap,
    _remove,
    _remove,
    _nest,
    _bytes,
    _cut,
    _noise,
    _twice,
    _none,
)


def _parsed(frame: str) -> Any:
    try:
        return json.loads(frame)
    except ValueError:
        return [frame]


def _places(value: Any, wanted: Callable[[Any], bool]) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in `value` whose value is `wanted`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if wanted(inner):
            yield value, key
        yield from _places(inner, wanted)
