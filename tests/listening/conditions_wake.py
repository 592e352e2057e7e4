"""Wake words in made voices, with a question after them; and hours of other words."""

import zlib
from collections.abc import Iterator

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from tests.listening.cases import Case, Half, Label, Made
from tests.listening.echo_path import to_pcm
from tests.listening.mixing import SPEECH_DBFS, at_dbfs, floor, ms, with_noise
from tests.listening.rooms import Chance, any_room, convolve, response
from tests.listening.sounds import noise_of
from tests.listening.voices import ESPEAK, OWN, TEXTS, Utterance, spoken, word

# The models' phrases, as espeak-ng has to be told them; its "hey jarvis" is none to the model.
WAKE_WORDS = {"okay_nabu": "okay nah boo", "alexa": "alexa", "hey_mycroft": "hey mycroft"}
WORDS_PER_MINUTE = 165
# Between the word and the question, and what is around both.
LEVELS = {
    "no pause": (0.0, ""),
    "pause 200 ms": (200.0, ""),
    "pause 500 ms": (500.0, ""),
    "RT 0.5 s": (500.0, "room"),
    "white 10 dB": (500.0, "white"),
    "music 10 dB": (500.0, "music"),
}
LEAD_MS = 2000.0
TAIL_MS = 4500.0
PIECE_S = 60.0


def wake_words(half: Half, hours: float) -> Iterator[Made]:
    """Each phrase in every voice, and a question after it: at once, after a pause, in a room, in noise."""
    number = 0
    for model, phrase in WAKE_WORDS.items():
        for voice in (*ESPEAK[half], *OWN[half]):
            for level in LEVELS:
                chance = np.random.default_rng((zlib.crc32(b"wake word"), half == "held-out", number))
                wake = word(phrase, voice, WORDS_PER_MINUTE)
                follows = spoken(half)[number % len(spoken(half))]
                yield _wake(model, wake, follows, level, half, number, chance)
                number += 1


def _wake(
    model: str, wake: Utterance, follows: Utterance, level: str, half: Half, number: int, chance: Chance
) -> Made:
    pause_ms, around = LEVELS[level]
    called = at_dbfs(wake.pcm[wake.start : wake.end].astype(np.float64), SPEECH_DBFS)
    asked = at_dbfs(follows.pcm[follows.start : follows.end].astype(np.float64), SPEECH_DBFS)
    lead, pause, tail = (
        np.zeros(samples_of_ms(length, NEAR_RATE_HZ)) for length in (LEAD_MS, pause_ms, TAIL_MS)
    )
    sound = np.concatenate((lead, called, pause, asked, tail))
    start, between = len(lead), len(lead) + len(called)
    begins, end = between + len(pause), between + len(pause) + len(asked)
    if around == "room":
        room = any_room(chance, 0.5)
        sound = at_dbfs(convolve(sound, response(room, room.person, chance)), SPEECH_DBFS, slice(start, end))
    elif around:
        sound = with_noise(sound, noise_of(around, len(sound), half, chance), 10)
    labels = (
        Label("wake", ms(start), ms(between), model),
        Label("sentence", ms(begins), ms(end), follows.text),
    )
    name = f"wake-word-{number:03}-{model}"
    near = to_pcm(sound + floor(len(sound), chance))
    case = Case(name, "wake word", level, half, "wake", wake.voice, False, ms(len(near)), labels)
    return Made(case, near)


def words_without_wake_word(half: Half, hours: float) -> Iterator[Made]:
    """Talk that calls nobody, with the models' phrases nowhere in it."""
    samples = round(PIECE_S * NEAR_RATE_HZ)
    for number in range(max(1, round(hours * 3600 / PIECE_S))):
        chance = np.random.default_rng((zlib.crc32(b"no wake word"), half == "held-out", number))
        voices = [word(text, voice) for text in TEXTS for voice in ESPEAK[half][:2]] + spoken(half)
        row, length = [], 0
        while length < samples:
            one = voices[int(chance.integers(len(voices)))]
            speech = at_dbfs(one.pcm[one.start : one.end].astype(np.float64), SPEECH_DBFS)
            row += [speech, np.zeros(round(chance.uniform(0.3, 1.5) * NEAR_RATE_HZ))]
            length += len(row[-2]) + len(row[-1])
        near = to_pcm(np.concatenate(row)[:samples] + floor(samples, chance))
        name = f"no-wake-word-{number:03}"
        yield Made(Case(name, "no wake word", "talk", half, "wake", "", False, ms(samples)), near)
