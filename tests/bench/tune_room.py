"""A room to tune for, made of recorded speech: `python -m tests.bench.tune_room OUT.wav`.

As `appliance tune` records one: silence, sentences with pauses in them, and noises of a household, each
by a script, which stands in OUT.json. Where the pauses are and how long they last is known from the
construction. Prints how well `appliance tune` guesses it where nothing stands beside the recording.
"""

import sys
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import numpy as np

from appliance.audio.wav import WavWriter
from appliance.hearing.speech.silero import SileroDetector
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.providers.offline.recognizer import Recognizer
from appliance.service.tune.hearing_once import hear_file
from appliance.service.tune.labels import write_labels
from appliance.service.tune.trial import Stretch
from appliance.service.tune.truth import Segment, Truth, by_script, guess
from tests.bench.disturbances import disturbances
from tests.bench.speech_edges import Sound
from tests.recordings import AUSTEN, Recording, recordings

VOICES = ("cards/", AUSTEN)
SENTENCES = 12
PAUSES_MS = (300.0, 1100.0)
QUIET_S = 10.0
BEFORE_S, AFTER_S = 1.5, 3.0  # of silence around each sentence, within its segment
FAN_RMS = 25.0  # -62 dBFS
NOISE_PEAK_DBFS = -12.0
APART_MS = 2000.0

Part = tuple[Sound, bool, str]
"""A sound, whether it is a sentence, and its words."""


def room() -> tuple[Sound, tuple[Segment, ...]]:
    """The recording in a room with a fan, and its script. The same every time."""
    chance = np.random.default_rng(2024)
    sounds, segments, start = list[Sound](), list[Segment](), 0
    for sound, spoken, words in _parts(chance):
        sounds.append(sound)
        segments.append(Segment(Stretch(start, start + len(sound)), spoken, words))
        start += len(sound)
    whole = np.concatenate(sounds)
    return whole + chance.normal(0, FAN_RMS, len(whole)), tuple(segments)


def _parts(chance: np.random.Generator) -> Iterator[Part]:
    yield _silence(QUIET_S), False, ""
    pairs = [
        pair
        for voice in VOICES
        for pair in permutations([one for one in recordings() if one.name.startswith(voice)], 2)
    ]
    chosen = chance.permutation(len(pairs))[:SENTENCES]
    for number, pause_ms in zip(chosen, np.linspace(*PAUSES_MS, SENTENCES), strict=True):
        first, second = pairs[number]
        said = (_silence(BEFORE_S), _said(first), _silence(pause_ms / 1000), _said(second), _silence(AFTER_S))
        yield np.concatenate(said), True, f"{first.text} … {second.text}"
    noises: list[Sound] = [_silence(0.5)]
    for one in disturbances()[::6]:
        peak = max(float(np.abs(one.pcm).max()), 1.0)
        noises += [one.pcm.astype(np.float64) * (32768 * 10 ** (NOISE_PEAK_DBFS / 20) / peak), _silence(1.2)]
    yield np.concatenate(noises), False, ""


def _said(recording: Recording) -> Sound:
    return recording.pcm[recording.speech_start : recording.speech_end].astype(np.float64)


def _silence(seconds: float) -> Sound:
    return np.zeros(samples_of_ms(seconds * 1000, NEAR_RATE_HZ))


def main() -> None:
    """Write the room and its script; say how well both are known without it."""
    path = Path(sys.argv[1])
    sound, segments = room()
    with WavWriter(path, NEAR_RATE_HZ) as file:
        file.write(np.clip(np.rint(sound), -32768, 32767).astype(np.int16))
    write_labels(path, segments)
    heard = hear_file(path, SileroDetector(), reader=Recognizer())
    known, guessed = by_script(heard, segments), guess(heard, APART_MS)
    sentences, pauses = _agreement(known, guessed)
    print(f"{len(sound) / NEAR_RATE_HZ:.0f} s, {len(known.utterances)} sentences by the script.")
    print(f"Guessed: {len(guessed.utterances)} sentences, of which {sentences} are those of the script,")
    print(f"with {pauses} of their {sum(len(one.pauses_ms) for one in known.utterances)} pauses;")
    print(f"{len(guessed.doubtful)} sounds count neither way, {guessed.wordless} because no words were read.")


def _agreement(known: Truth, guessed: Truth) -> tuple[int, int]:
    """How many sentences are the same in both, and how many pauses are in these."""
    same = [one for one in known.utterances if any(one.whole == other.whole for other in guessed.utterances)]
    return len(same), sum(len(one.pauses_ms) for one in same)


if __name__ == "__main__":
    main()
