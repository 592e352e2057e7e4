"""Sentences with a pause inside, and without, of recorded and of made voices, in two halves by voice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.listening.cases import Half
from tests.listening.echo_path import to_pcm
from tests.listening.mixing import at_dbfs, floor, places_for_pauses, say
from tests.listening.voices import Utterance, asset, spoken, word
from tests.recordings import speech_span

PAUSES_MS: Final = (300.0, 400.0, 500.0, 600.0, 700.0)
PLACES: Final = 6
LEAD_MS: Final = 800.0
TAIL_MS: Final = 3500.0
SPEECH_DBFS: Final = -26.0
SHORTEST_MS: Final = 900.0  # of a sentence into which a pause is put

# What is said in the dialogue of endgame_nagg_nell.wav and in beckett.wav, in seconds: read off its level.
_SAID: Final = {
    "endgame_nagg_nell.wav": (
        *((2.4, 3.45), (4.8, 8.2), (8.68, 11.5), (11.95, 14.15), (14.62, 17.1), (17.55, 18.95)),
        *((20.35, 22.0), (22.5, 23.25), (23.7, 27.55)),
    ),
    "beckett.wav": ((0.25, 1.35), (1.8, 2.95), (6.6, 7.5)),
}
_MADE: Final[dict[Half, str]] = {"development": "en-us en-us+f3", "held-out": "en-gb-scotland+m3 en-gb+f5"}
_ASSETS: Final[dict[Half, tuple[str, ...]]] = {
    "development": (),
    "held-out": ("endgame_nagg_nell.wav", "beckett.wav"),
}
QUESTIONS: Final = (
    "What is the weather like in Vienna tomorrow?",
    "Set a timer for ten minutes please.",
    "I would like to know how far it is from here to the moon.",
    "Remind me to call my mother when I come home this evening.",
    "How many people live in the capital of France?",
    "I think it was the second one.",
)


@dataclass(frozen=True, eq=False)
class Spoken:
    """One sentence at the microphone; speech in [start, end), one pause in it or none, in samples."""

    voice: str
    kind: str  # recorded (in pocketsphinx-testdata), asset, made
    pcm: Pcm
    start: int
    end: int
    pause: tuple[int, int] | None


def utterances(half: Half) -> Iterator[tuple[str, Utterance]]:
    """Of each kind, what is said in voices of this half."""
    yield from (("recorded", utterance) for utterance in spoken(half))
    for name in _ASSETS[half]:
        yield from (("asset", utterance) for utterance in _cut(name))
    for voice in _MADE[half].split():
        yield from (("made", word(text, voice)) for text in QUESTIONS)


def _cut(name: str) -> Iterator[Utterance]:
    for number, (start_s, end_s) in enumerate(_SAID[name]):
        pcm = asset(name)[round(start_s * NEAR_RATE_HZ) : round(end_s * NEAR_RATE_HZ)]
        start, end = speech_span(pcm)
        yield Utterance(f"{name}-{number}", name, "", pcm, start, end, real=False)


def sentences(half: Half) -> Iterator[Spoken]:
    """Each utterance whole, and with pauses where its voice is lowest."""
    number = 0
    for kind, utterance in utterances(half):
        speech = utterance.pcm[utterance.start : utterance.end].astype(np.float64)
        places: list[int] = []
        if len(speech) >= SHORTEST_MS * NEAR_RATE_HZ / 1000:
            places = places_for_pauses(speech, PLACES)
        lengths = PAUSES_MS if kind == "recorded" else PAUSES_MS[number % 2 :: 2]
        pauses = [(place, pause_ms) for place in places for pause_ms in lengths]
        for pause in (None, *pauses):
            yield _at_microphone(kind, utterance, pause, number)
            number += 1


def _at_microphone(kind: str, utterance: Utterance, pause: tuple[int, float] | None, number: int) -> Spoken:
    chance = np.random.default_rng((6, number))
    said = say(utterance, LEAD_MS, TAIL_MS, chance, () if pause is None else (pause,))
    near = at_dbfs(said.sound, SPEECH_DBFS, slice(said.start, said.end)) + floor(len(said.sound), chance)
    return Spoken(
        utterance.voice, kind, to_pcm(near), said.start, said.end, said.pauses[0] if said.pauses else None
    )
