"""How well hearing knows when speech began and ended: `python -m tests.bench.speech_edges`.

Every recording is heard at several alignments to the detector's windows and in several kinds of
silence. Errors are against the label of the recording, positive is late.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.conversation.vocabulary import SpeechPossible, SpeechSustained, TurnEnd, TurnEnded
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples
from tests.hearing.listening import Ear, blocks_of
from tests.recordings import Recording, recordings

Sound = npt.NDArray[np.float64]

QUIET_SAMPLES = NEAR_RATE_HZ // 10
LEAD_SAMPLES = NEAR_RATE_HZ
TAIL_SAMPLES = 2 * NEAR_RATE_HZ
SHIFTS = (0, 100, 200, 300, 400)
CONDITIONS = ("digital silence", "room noise", "noise at 25 dB", "15 dB quieter")


@dataclass(frozen=True)
class Utterance:
    """One recording amid silence, and where its speech is in it."""

    recording: Recording
    condition: str
    pcm: Pcm
    start: int
    end: int


def utterance(recording: Recording, condition: str = "digital silence", shift: int = 0) -> Utterance:
    """The recording with a second before it and two after it."""
    noise = np.random.default_rng(shift)
    lead = LEAD_SAMPLES + shift
    speech = recording.pcm.astype(np.float64)
    sound = np.concatenate([np.zeros(lead), speech, np.zeros(TAIL_SAMPLES)])
    if condition == "room noise":
        room = noise_like(quietest(speech), len(sound), noise)
        room[lead : lead + len(speech)] = 0
        sound += room
    elif condition == "noise at 25 dB":
        spoken = speech[recording.speech_start : recording.speech_end]
        sound += noise.standard_normal(len(sound)) * np.sqrt(np.mean(spoken**2)) * 10 ** (-25 / 20)
    elif condition == "15 dB quieter":
        sound *= 10 ** (-15 / 20)
    pcm = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    start, end = lead + recording.speech_start, lead + recording.speech_end
    return Utterance(recording, condition, pcm, start, end)


def quietest(speech: Sound) -> Sound:
    """The quietest 100 ms: the room in which it was recorded."""
    power = np.convolve(speech**2, np.ones(QUIET_SAMPLES), "valid")
    start = int(power.argmin())
    return speech[start : start + QUIET_SAMPLES]


def noise_like(room: Sound, samples: int, noise: np.random.Generator) -> Sound:
    """Steady noise with the level and the colour of a short piece of a room."""
    colour = np.abs(np.fft.rfft(room)) / np.sqrt(len(room))
    white = np.fft.rfft(noise.standard_normal(samples))
    shape = np.interp(np.linspace(0, 1, len(white)), np.linspace(0, 1, len(colour)), colour)
    return np.fft.irfft(white * shape, samples)


def utterances() -> Iterator[Utterance]:
    """All recordings in all conditions at all alignments."""
    for recording in recordings():
        for condition in CONDITIONS:
            for shift in SHIFTS:
                yield utterance(recording, condition, shift)


@dataclass(frozen=True)
class Heard:
    """What hearing made of one utterance, in ms against the label."""

    name: str
    condition: str
    onset_ms: float  # what the first event calls the onset
    noticed_ms: float  # when the first event came
    sustained_ms: float  # when an answer would have stood still
    end_ms: float  # what the turn's end calls the last speech
    wait_ms: float  # when the turn's end came
    turns: int


def hear(spoken: Utterance, detector: SileroDetector, options: TurnOptions | None = None) -> Heard:
    """Hear one utterance from a fresh start."""
    options = options or TurnOptions()
    detector.reset()
    events = Ear(detector, options=options).hear(blocks_of(spoken.pcm))
    possible = next(e for e in events if isinstance(e, SpeechPossible))
    sustained = next(e for e in events if isinstance(e, SpeechSustained))
    ends = [e for e in events if isinstance(e, TurnEnded) and e.cause is TurnEnd.SILENCE]

    def late_ms(at: int, label: int) -> float:
        return ms_of_samples(at - label, NEAR_RATE_HZ)

    return Heard(
        name=spoken.recording.name,
        condition=spoken.condition,
        onset_ms=late_ms(possible.onset, spoken.start),
        noticed_ms=late_ms(possible.at, spoken.start),
        sustained_ms=late_ms(sustained.at, spoken.start),
        end_ms=late_ms(ends[-1].last_speech, spoken.end),
        wait_ms=late_ms(ends[-1].at, spoken.end),
        turns=len(ends),
    )


def measure() -> list[Heard]:
    """Hear everything, in some ten seconds."""
    detector = SileroDetector()
    return [hear(spoken, detector) for spoken in utterances()]


def summary(heard: list[Heard]) -> dict[str, float]:
    """The numbers for a table: what hearing adds to the silence it waits for, and its errors."""
    over_ms = [h.wait_ms - TurnOptions().end_silence_ms for h in heard]
    return {
        "utterances": len(heard),
        "as_one_turn": sum(h.turns == 1 for h in heard),
        "over_silence_p50_ms": float(np.percentile(over_ms, 50)),
        "over_silence_p95_ms": float(np.percentile(over_ms, 95)),
        "over_silence_min_ms": float(min(over_ms)),
        "end_error_p95_ms": float(np.percentile([abs(h.end_ms) for h in heard], 95)),
        "onset_error_p95_ms": float(np.percentile([abs(h.onset_ms) for h in heard], 95)),
        "sustained_p95_ms": float(np.percentile([h.sustained_ms for h in heard], 95)),
    }


def _row(name: str, values: list[float]) -> str:
    p5, p50, p95 = np.percentile(values, [5, 50, 95])
    return f"  {name:12}{min(values):8.0f}{p5:8.0f}{p50:8.0f}{p95:8.0f}{max(values):8.0f}"


def main() -> None:
    """Print the distribution of every error, by condition and over all."""
    heard = measure()
    print(f"{'ms':14}{'min':>8}{'p5':>8}{'p50':>8}{'p95':>8}{'max':>8}")
    for condition in (*CONDITIONS, "all"):
        some = [h for h in heard if condition in (h.condition, "all")]
        print(f"{condition}: {len(some)} utterances, {sum(h.turns == 1 for h in some)} of them as one turn")
        for name in ("onset_ms", "noticed_ms", "sustained_ms", "end_ms", "wait_ms"):
            print(_row(name, [getattr(h, name) for h in some]))


if __name__ == "__main__":
    main()
