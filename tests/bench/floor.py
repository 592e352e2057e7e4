"""Who has the floor: real interruptions, disturbances and short words, all over answers, in one run.

What is measured comes from the labels of the input and from the sound of `OUT.wav`, read sample by sample;
only the row that says so compares the event log with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from appliance.hearing.speech.silero import SileroDetector
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.disturbances import Stimulus, disturbances
from tests.bench.floor_answer import Reader, Reading, answer
from tests.bench.floor_words import backchannels, commands
from tests.bench.stage import OUT_RATE_HZ, Replayed, Spoken, replay
from tests.recordings import recordings
from tests.simulators.openai_script import Answer

INTERRUPTIONS = 21
ANSWER_S = 40.0
# As in the bench of interruptions: from a person's last word to the answer's first sample.
WAIT_MS = 950.0
LETS_SPEAK_MS = (1000.0, 1800.0)
# Silero's mark (`hearing.speech_threshold`), and how far before a label it may be reached: breath, room.
SPEECH_THRESHOLD = 0.5
EARLY_MS = 200.0


@dataclass(frozen=True)
class Laid:
    """One sound over an answer, by its label, in ms; speech detected at `detected_ms`, None: never."""

    name: str
    kind: str  # "interruption", "command", "backchannel" or a kind of disturbance
    start_ms: float
    end_ms: float
    detected_ms: float | None
    run_ms: float  # of windows in which the detector hears speech
    pcm: Pcm  # what was said, from label to label


@dataclass(frozen=True)
class Floor:
    """The run: what was laid over the answers, what came of it, and the answers' samples as heard."""

    laid: list[Laid]
    replayed: Replayed
    reading: Reading


def interruptions() -> list[Stimulus]:
    """Recorded utterances."""
    return [
        Stimulus(f"{r.name.split('/')[-1]}: {r.text}", "interruption", r.pcm, r.speech_start, r.speech_end)
        for r in islice(cycle(recordings()), INTERRUPTIONS)
    ]


def order(chance: np.random.Generator) -> list[Stimulus]:
    """Everything shuffled, then dealt out before the interruptions, one or two or three before each."""
    others = [*disturbances(), *backchannels(), *commands()]
    dealt = np.array_split(chance.permutation(len(others)), INTERRUPTIONS)
    sounds: list[Stimulus] = []
    for said, numbers in zip(interruptions(), dealt, strict=True):
        sounds += [*(others[int(number)] for number in numbers), said]
    return sounds


def lay(sounds: Sequence[Stimulus], gaps_ms: Sequence[float]) -> tuple[Pcm, list[tuple[int, int]]]:
    """The sounds one after the other, `gaps_ms[i]` before the onset of the i-th; where each one sounds."""
    starts: list[int] = []
    end = 0
    for sound, gap_ms in zip(sounds, gaps_ms, strict=True):
        starts.append(end + round(gap_ms * NEAR_RATE_HZ / 1000) - sound.onset)
        end = starts[-1] + sound.offset
    pcm = np.zeros(max(s + len(x.pcm) for s, x in zip(starts, sounds, strict=True)), dtype=np.int32)
    for start, sound in zip(starts, sounds, strict=True):
        pcm[start : start + len(sound.pcm)] += sound.pcm
    labels = [(start + x.onset, start + x.offset) for start, x in zip(starts, sounds, strict=True)]
    return np.clip(pcm, -32768, 32767).astype(np.int16), labels


def run(settings: Sequence[str] = (), seed: int = 7) -> Floor:
    """One question, and then nobody leaves the answers alone."""
    chance = np.random.default_rng(seed)
    first = recordings()[3]
    sounds = [Stimulus("question", "question", first.pcm, first.speech_start, first.speech_end)]
    sounds += order(chance)
    gaps = [1000.0, *(WAIT_MS + chance.uniform(*LETS_SPEAK_MS, len(sounds) - 1))]
    pcm, labels = lay(sounds, gaps)
    samples = round(ANSWER_S * OUT_RATE_HZ)
    spoken = [
        Spoken(a * 1000 / NEAR_RATE_HZ, b * 1000 / NEAR_RATE_HZ, x.name)
        for (a, b), x in zip(labels, sounds, strict=True)
    ]
    replayed = replay(
        pcm,
        spoken,
        lambda turn: Answer(answer(turn.index, samples)),
        settings=settings,
        options=["--tail-s", "2"],
        standby=True,
    )
    assert replayed.record is not None
    reading = Reader(len(replayed.record.turns), samples).read(replayed.out)
    return Floor(_labelled(pcm, sounds, labels)[1:], replayed, reading)


def _labelled(pcm: Pcm, sounds: Sequence[Stimulus], labels: Sequence[tuple[int, int]]) -> list[Laid]:
    """Each sound with what the detector makes of it, heard from the start of the stream."""
    detector = SileroDetector()
    size = detector.window_samples
    loud = [
        detector.probability(pcm[at : at + size]) >= SPEECH_THRESHOLD
        for at in range(0, len(pcm) - size + 1, size)
    ]
    found = []
    for number, (sound, (start, end)) in enumerate(zip(sounds, labels, strict=True)):
        after = labels[number + 1][0] if number + 1 < len(labels) else len(pcm)
        first = round((start - EARLY_MS * NEAR_RATE_HZ / 1000) / size)
        last = round((after - EARLY_MS * NEAR_RATE_HZ / 1000) / size)
        hits = first + np.flatnonzero(loud[first:last])
        detected_ms = float(hits[0] + 1) * size * 1000 / NEAR_RATE_HZ if len(hits) else None
        run_ms = float(hits[-1] + 1 - hits[0]) * size * 1000 / NEAR_RATE_HZ if len(hits) else 0.0
        start_ms, end_ms = start * 1000 / NEAR_RATE_HZ, end * 1000 / NEAR_RATE_HZ
        found.append(Laid(sound.name, sound.kind, start_ms, end_ms, detected_ms, run_ms, pcm[start:end]))
    return found
