"""What the gain of a turn is good for: `python -m tests.bench.turn_gain`.

Every recording at several levels, amid its own quiet and in pink noise 15 dB below it, as turns go out: as
captured, and lifted by `TurnGain`. Words wrong of the offline recognizer; some two minutes.
"""

from collections.abc import Iterator

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm
from appliance.pcm.gain import TurnGain
from appliance.providers.offline.recognizer import Recognizer
from tests.bench.false_turns_noise import pink
from tests.recordings import Recording, recordings

LEVELS_DBFS = (-6.0, -16.0, -26.0, -36.0, -44.0, -50.0, -56.0)
SNRS_DB = (None, 15.0)
WORDS_SAMPLES = NEAR_RATE_HZ // 5  # of a turn, before its gain is chosen


def said(recording: Recording, level_dbfs: float, snr_db: float | None) -> Pcm:
    """The recording, its speech at this level, cut off at full scale as a microphone does."""
    speech = recording.pcm.astype(np.float64)
    rms = float(np.sqrt(np.mean(speech[recording.speech_start : recording.speech_end] ** 2)))
    if snr_db is not None:
        speech = speech + pink(len(speech), np.random.default_rng(0)) * rms * 10 ** (-snr_db / 20)
    sound = speech * FULL_SCALE * 10 ** (level_dbfs / 20) / rms
    pcm: Pcm = np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm


def as_turn(recording: Recording, pcm: Pcm) -> Pcm:
    """As it leaves the box: the gain is chosen by the first words, and the rest comes in pieces."""
    gain = TurnGain()
    words = recording.speech_start + WORDS_SAMPLES
    gain.hear_words(pcm[recording.speech_start : words])
    gain.begin()
    pieces = [pcm[:words], *(pcm[at : at + 512] for at in range(words, len(pcm), 512))]
    return np.concatenate([gain.apply(piece) for piece in pieces])


def wrong(said_text: str, heard_text: str) -> int:
    """How many words were added, left out or taken for others."""
    said_words, heard_words = _words(said_text), _words(heard_text)
    row = list(range(len(heard_words) + 1))
    for nth, word in enumerate(said_words, start=1):
        before, row = row, [nth]
        for at, heard in enumerate(heard_words, start=1):
            row.append(min(before[at] + 1, row[-1] + 1, before[at - 1] + (word != heard)))
    return row[-1]


def _words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").split()


def run() -> Iterator[tuple[float | None, float, int, int]]:
    """For each noise and level: words wrong as captured, and lifted."""
    recognizer = Recognizer()
    for snr_db in SNRS_DB:
        for level_dbfs in LEVELS_DBFS:
            plain = lifted = 0
            for recording in recordings():
                pcm = said(recording, level_dbfs, snr_db)
                plain += wrong(recording.text, recognizer.transcribe(pcm))
                lifted += wrong(recording.text, recognizer.transcribe(as_turn(recording, pcm)))
            yield snr_db, level_dbfs, plain, lifted


def main() -> None:
    """Print the table."""
    words = sum(len(_words(recording.text)) for recording in recordings())
    print(f"| noise | speech, dBFS | wrong of {words} as captured | lifted |\n| --- | --- | --- | --- |")
    for snr_db, level_dbfs, plain, lifted in run():
        noise = "its own room" if snr_db is None else f"pink, {snr_db:g} dB below"
        print(f"| {noise} | {level_dbfs:g} | {plain} | {lifted} |", flush=True)


if __name__ == "__main__":
    main()
