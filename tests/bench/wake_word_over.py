"""`python -m tests.bench.wake_word_over`: wake words said over an answer, through the echo canceller.

Rooms made of numbers before the real echo stage, made voices that the models know, as loud as the answer at
the microphone at 0 dB. Beside them what the models hear of the same words with the loudspeaker silent.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from appliance.hearing.echo.aec3 import Aec3
from appliance.hearing.echo.twofold import TwofoldCanceller
from appliance.hearing.wake_word.wake_word_models import load_wake_word
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.echo_room import LEVEL, Room, Sound, answer, microphone, through
from tests.bench.wake_word import PHRASES
from tests.listening.voices import word

ROOMS = {
    "-12 dB": Room(echo_db=-12),
    "0 dB": Room(),
    "+6 dB": Room(echo_db=6),
    "250 ms late": Room(delay_ms=250, rings_s=0.6),
    "saturates": Room(drive=1.0),
}
# espeak-ng's "hey jarvis" is none to its model.
NAMES = ("okay_nabu", "alexa", "hey_mycroft")
VOICES = ("en-us", "en-gb", "en-us+klatt2")
FIRST_S, EVERY_S = 1.0, 3.5
SECONDS = 60.0
EARLY_S = 3.0  # so long the canceller may still learn the room
WINDOW = 512


@dataclass(frozen=True)
class Call:
    """A wake word in [start, end)."""

    name: str
    start: int
    end: int


def calls(seconds: float) -> tuple[Sound, list[Call]]:
    """One every `EVERY_S`, each word in each voice by turns."""
    said, called = np.zeros(round(seconds * NEAR_RATE_HZ)), list[Call]()
    ways = list(product(VOICES, NAMES))
    at = round(FIRST_S * NEAR_RATE_HZ)
    while at + 2 * NEAR_RATE_HZ < len(said):
        voice, name = ways[len(called) % len(ways)]
        utterance = word(PHRASES[name], voice)
        sound = utterance.pcm[utterance.start : utterance.end].astype(np.float64)
        said[at : at + len(sound)] += sound * LEVEL / float(np.sqrt(np.mean(sound**2)))
        called.append(Call(name, at, at + len(sound)))
        at += round(EVERY_S * NEAR_RATE_HZ)
    return said, called


def noticed(pcm: Pcm) -> Iterator[tuple[str, int]]:
    """Every word that a model hears in it, and where."""
    for name in NAMES:
        detector = load_wake_word(name, 0.5)
        for at in range(0, len(pcm) - WINDOW + 1, WINDOW):
            if detector.hear(np.ascontiguousarray(pcm[at : at + WINDOW])) is not None:
                yield name, at + WINDOW


def told(pcm: Pcm, called: Sequence[Call]) -> str:
    """How many of the calls were heard, early and later, and what nobody said."""
    found, heard = list(noticed(pcm)), list[bool]()
    right = 0
    for call in called:
        mine = [at for name, at in found if name == call.name and call.start < at <= call.end + NEAR_RATE_HZ]
        heard.append(bool(mine))
        right += len(mine)
    early = [hit for call, hit in zip(called, heard, strict=True) if call.start < EARLY_S * NEAR_RATE_HZ]
    later = heard[len(early) :]
    return f"{sum(early)} of {len(early)}, {sum(later):2} of {len(later)}, {len(found) - right} nobody said"


def main() -> None:
    """One line a room."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--room", action="append", choices=ROOMS)
    typed = parser.parse_args()
    far = answer(typed.seconds)
    said, called = calls(typed.seconds)
    print(f"In the first {EARLY_S:g} s of the answer, then after it, then own voice taken for a word.")
    print(f"{'silent':12} {told(microphone(Room(), far * 0, said), called)}", flush=True)
    for name in typed.room or ROOMS:
        room = ROOMS[name]
        out = through(room, microphone(room, far, said), far, TwofoldCanceller(Aec3()))
        alone = through(room, microphone(room, far), far, TwofoldCanceller(Aec3()))
        print(f"{name:12} {told(out, called)}; alone {sum(1 for _ in noticed(alone))}", flush=True)


if __name__ == "__main__":
    main()
