"""The conditions of the set: which cases there are, and how each is made. The same seed, the same samples."""

import zlib
from collections.abc import Callable, Iterator

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.listening.cases import Case, Half, Label, Made, Scene
from tests.listening.conditions_answer import (
    backchannels,
    commands,
    interruptions,
    own_voice,
    transients_over_answers,
)
from tests.listening.conditions_wake import wake_words, words_without_wake_word
from tests.listening.echo_path import to_pcm
from tests.listening.mixing import (
    SPEECH_DBFS,
    Said,
    at_dbfs,
    floor,
    ms,
    places_for_pauses,
    say,
    with_noise,
)
from tests.listening.rooms import Chance, Sound, any_room, convolve, response
from tests.listening.sounds import NOISES, noise_of
from tests.listening.voices import Utterance, asset, spoken

# Long enough for a noise floor to settle, and after the last word for the longest wait of anybody (3 s).
LEAD_MS = 1500.0
TAIL_MS = 4500.0
ROOMS_RT60_S = (0.2, 0.35, 0.5, 0.7)
SNRS_DB = (20, 10, 5, 0)
PAUSES_MS = (300.0, 700.0)
PAUSES_A_RECORDING = 6
NOISE_PIECE_S = 60.0

Builder = Callable[[Half, float], Iterator[Made]]


def chance_of(condition: str, half: Half, number: int = 0) -> Chance:
    """Of its own for every case, so that one condition alone gives the same cases."""
    return np.random.default_rng((zlib.crc32(condition.encode()), half == "held-out", number))


def sentences(half: Half, hours: float) -> Iterator[Made]:
    """Whole utterances in a quiet room: near the microphone, and across four rooms."""
    number = 0
    for utterance in spoken(half):
        for rt60_s in (0.0, *ROOMS_RT60_S):
            chance = chance_of("sentence", half, number)
            said = say(utterance, LEAD_MS, TAIL_MS, chance)
            sound = said.sound
            if rt60_s:
                room = any_room(chance, rt60_s)
                sound = convolve(sound, response(room, room.person, chance))
            near = _at_microphone(sound, said, chance)
            level = f"RT {rt60_s:g} s" if rt60_s else "near"
            yield _turn("sentence", level, half, utterance, said, number, near)
            number += 1


def levels(half: Half, hours: float) -> Iterator[Made]:
    """Quiet and loud speakers, a microphone that clips, and one with an offset."""
    number = 0
    for utterance in spoken(half):
        for level, dbfs, offset in (
            ("-46 dBFS", -46.0, 0),
            ("-36 dBFS", -36.0, 0),
            ("-16 dBFS", -16.0, 0),
            ("clipped", -6.0, 0),
            ("DC offset", SPEECH_DBFS, 3000),
        ):
            chance = chance_of("level", half, number)
            said = say(utterance, LEAD_MS, TAIL_MS, chance)
            near = _at_microphone(said.sound, said, chance, dbfs, offset)
            yield _turn("level", level, half, utterance, said, number, near)
            number += 1


def in_noise(kind: str) -> Builder:
    """Whole utterances in steady noise of one kind, in a room of 0.35 s."""

    def build(half: Half, hours: float) -> Iterator[Made]:
        number = 0
        for utterance in spoken(half):
            for snr_db in SNRS_DB:
                chance = chance_of(kind, half, number)
                said = say(utterance, LEAD_MS, TAIL_MS, chance)
                room = any_room(chance, 0.35)
                speech = convolve(said.sound, response(room, room.person, chance))
                speech = at_dbfs(speech, SPEECH_DBFS, slice(said.start, said.end))
                noise = noise_of(kind, len(speech), half, chance, not_voice=utterance.voice)
                near = to_pcm(with_noise(speech, noise, snr_db) + floor(len(speech), chance))
                yield _turn(kind, f"{snr_db} dB", half, utterance, said, number, near)
                number += 1

    return build


def pauses(half: Half, hours: float) -> Iterator[Made]:
    """Utterances with one pause where the voice is lowest, and the reader's own pauses of that length."""
    utterances = [u for u in spoken(half) if ms(u.end - u.start) > 1200]
    count = len(utterances) * PAUSES_A_RECORDING
    lengths_ms = chance_of("pause", half).permutation(np.linspace(*PAUSES_MS, count))
    number = 0
    for utterance in utterances:
        speech = utterance.pcm[utterance.start : utterance.end].astype(np.float64)
        places = places_for_pauses(speech, PAUSES_A_RECORDING)
        for place in np.resize(places, PAUSES_A_RECORDING):
            chance = chance_of("pause", half, number)
            said = say(utterance, LEAD_MS, TAIL_MS, chance, ((int(place), float(lengths_ms[number])),))
            near = _at_microphone(said.sound, said, chance)
            yield _turn("pause", "put in", half, utterance, said, number, near)
            number += 1
    for utterance, spans in _own_pauses(half):
        chance = chance_of("pause", half, number)
        said = say(utterance, LEAD_MS, TAIL_MS, chance)
        own = tuple((said.start + a, said.start + b) for a, b in spans)
        said = Said(said.sound, said.start, said.end, own)
        near = _at_microphone(said.sound, said, chance)
        yield _turn("pause", "the reader's own", half, utterance, said, number, near)
        number += 1


# Where a sentence of Dickens begins and ends, and its own pauses, in seconds of two_cities.wav; read off
# its level. The reader makes a pause at every comma.
_DICKENS = (
    (1.21, 6.18, ((4.55, 5.02),)),
    (6.67, 10.29, ((8.19, 8.82),)),
    (10.77, 14.76, ((12.78, 13.48),)),
    (15.15, 18.72, ()),
    (24.65, 28.27, ((26.02, 26.56),)),
    (29.11, 32.22, ((29.59, 29.93),)),
)


def _own_pauses(half: Half) -> Iterator[tuple[Utterance, tuple[tuple[int, int], ...]]]:
    if half != "development":
        return
    pcm, hz = asset("two_cities.wav"), NEAR_RATE_HZ
    for number, (start_s, end_s, spans_s) in enumerate(_DICKENS):
        start, end = round(start_s * hz), round(end_s * hz)
        spans = tuple((round(a * hz) - start, round(b * hz) - start) for a, b in spans_s)
        if spans:
            name = f"two_cities-{number}"
            yield Utterance(name, "two_cities", "", pcm, start, end, real=False), spans


def hours_of(kind: str) -> Builder:
    """Nobody speaks, at -45…-20 dBFS."""

    def build(half: Half, hours: float) -> Iterator[Made]:
        condition = f"hours of {kind}"
        samples = round(NOISE_PIECE_S * NEAR_RATE_HZ)
        for number in range(max(1, round(hours * 3600 / NOISE_PIECE_S))):
            chance = chance_of(condition, half, number)
            noise = noise_of(kind, samples, half, chance) * 32768 * 10 ** (chance.uniform(-45, -20) / 20)
            noise[-2 * NEAR_RATE_HZ :] *= np.linspace(1, 0, 2 * NEAR_RATE_HZ)
            near = to_pcm(noise + floor(samples, chance))
            name = f"{condition.replace(' ', '-')}-{number:03}"
            case = Case(name, condition, kind, half, "noise", "", False, ms(len(near)))
            yield Made(case, near)

    return build


def _at_microphone(
    sound: Sound, said: Said, chance: Chance, dbfs: float = SPEECH_DBFS, offset: float = 0.0
) -> Pcm:
    heard = at_dbfs(sound, dbfs, slice(said.start, said.end)) + floor(len(sound), chance)
    return to_pcm(heard + offset)


def _turn(
    condition: str, level: str, half: Half, utterance: Utterance, said: Said, number: int, near: Pcm
) -> Made:
    spans = tuple((ms(a), ms(b)) for a, b in said.pauses)
    label = Label("sentence", ms(said.start), ms(said.end), utterance.text, spans)
    scene: Scene = "turn"
    name = f"{condition}-{number:03}-{utterance.name}"
    case = Case(name, condition, level, half, scene, utterance.voice, utterance.real, ms(len(near)), (label,))
    return Made(case, near)


# `hours` is how long each of those runs in which nobody speaks.
CONDITIONS: dict[str, Builder] = {
    "sentence": sentences,
    "level": levels,
    **{kind: in_noise(kind) for kind in NOISES},
    "pause": pauses,
    "interruption": interruptions,
    "command": commands,
    "backchannel": backchannels,
    "transient": transients_over_answers,
    "own voice": own_voice,
    **{f"hours of {kind}": hours_of(kind) for kind in NOISES},
    "wake word": wake_words,
    "no wake word": words_without_wake_word,
}
