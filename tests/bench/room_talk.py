"""How long people speak without a breath, and how long rooms do: `python -m tests.bench.room_talk`.

A reader of the recordings, alone and in noise of several kinds, and eight voices at once: the longest
stretch in which the detector finds no pause of 64 ms. Then how often those eight voices are louder than
`RoomTalk` takes them for, and how much of the reader is heard over them.
"""

from collections.abc import Iterator

import numpy as np

from appliance.hearing.speech.room_talk import BREATH_MS, RoomTalk
from appliance.hearing.speech.silero import SileroDetector
from appliance.hearing.turns.turn_options import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.listening.mixing import SPEECH_DBFS, at_dbfs
from tests.listening.rooms import Sound
from tests.listening.sounds import noise_of
from tests.listening.voices import asset

SNRS_DB = (20, 10, 5, 0)
NOISES = ("white", "fan", "music", "babble")
READER = "two_cities.wav"
BABBLE_S = 420.0
# The room talks alone until it is known, then the reader begins.
ALONE_S = 20
WINDOW_S = 512 / NEAR_RATE_HZ
OPTIONS = TurnOptions()


def probabilities(pcm: Pcm) -> list[float]:
    """What the detector says, window by window."""
    detector = SileroDetector()
    return [detector.probability(window) for window in windows(pcm)]


def windows(pcm: Pcm) -> Iterator[Pcm]:
    """All whole windows of `pcm`."""
    return (pcm[start : start + 512] for start in range(0, len(pcm) - 511, 512))


def longest_s(judged: list[float]) -> float:
    """The longest stretch without a pause of `BREATH_MS`."""
    breath = round(BREATH_MS / 1000 / WINDOW_S)
    longest = stretch = pause = 0
    for probability in judged:
        pause = 0 if probability >= OPTIONS.silence_threshold else pause + 1
        stretch = 0 if pause >= breath else stretch + 1
        longest = max(longest, stretch)
    return longest * WINDOW_S


def as_pcm(sound: Sound) -> Pcm:
    """Samples as the microphone gives them."""
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def over_the_room(pcm: Pcm) -> list[bool]:
    """For each window whether somebody is heard in it who is not the room."""
    talk = RoomTalk(512, OPTIONS.silence_threshold)
    return [
        talk.judge((n + 1) * 512, probability, window, sounding=False) >= OPTIONS.speech_threshold
        for n, (probability, window) in enumerate(zip(probabilities(pcm), windows(pcm), strict=True))
    ]


def main() -> None:
    """Print it."""
    chance = np.random.default_rng(7)
    reader = asset(READER).astype(np.float64)
    everything = slice(0, len(reader))
    reader = at_dbfs(reader, SPEECH_DBFS, everything)
    print(f"{'reader, alone':20} {longest_s(probabilities(as_pcm(reader))):5.1f} s without a breath")
    power = float(np.mean(reader**2))
    for kind in NOISES:
        for snr_db in SNRS_DB:
            noise = noise_of(kind, len(reader), "development", chance)
            noise *= np.sqrt(power / np.mean(noise**2) / 10 ** (snr_db / 10))
            heard = longest_s(probabilities(as_pcm(reader + noise)))
            print(f"{f'reader, {kind} {snr_db} dB':20} {heard:5.1f} s without a breath", flush=True)
    room = noise_of("babble", round(BABBLE_S * NEAR_RATE_HZ), "development", chance)
    room = at_dbfs(room, SPEECH_DBFS, slice(0, len(room)))
    alone = over_the_room(as_pcm(room))
    print(f"{'eight voices':20} {longest_s(probabilities(as_pcm(room))):5.1f} s without a breath")
    known = round(ALONE_S / WINDOW_S)
    louder = np.flatnonzero(np.diff(np.asarray(alone[known:], np.int8), prepend=0) == 1)
    print(f"{'':20} {len(louder)} times louder than themselves in {BABBLE_S - ALONE_S:.0f} s")
    speech = np.asarray(probabilities(as_pcm(reader))) >= OPTIONS.speech_threshold
    for snr_db in SNRS_DB[1:]:
        start, both = ALONE_S * NEAR_RATE_HZ // 512 * 512, room.copy()
        both[start : start + len(reader)] += reader * 10 ** (snr_db / 20)
        heard_over = np.asarray(over_the_room(as_pcm(both))[start // 512 :][: len(speech)])
        print(
            f"{f'reader, {snr_db} dB over':20} {100 * np.mean(heard_over[speech]):5.1f} % of the words heard"
        )


if __name__ == "__main__":
    main()
