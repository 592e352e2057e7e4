"""Cases in which the device is speaking: who speaks over it, who says "mhm", what clatters."""

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from tests.bench.disturbances_acoustics import in_room
from tests.bench.floor_words import mhm
from tests.listening.cases import ANSWER_AT_MS, Case, Half, Label, Made
from tests.listening.echo_path import EchoSpec, to_pcm
from tests.listening.mixing import SPEECH_DBFS, at_dbfs, audible_floor, floor, ms
from tests.listening.rooms import Chance, Sound, any_room, convolve, response
from tests.listening.sounds import of_pcm, transients
from tests.listening.voices import ESPEAK, HUMMED_HZ, Utterance, own_speech, spoken, word

# Of the echo to the person's voice, both where they are active. None: a cable, nothing comes back.
ECHOES_DB: tuple[int | None, ...] = (None, -20, -12, -6, 0, 6)
SHORT_ECHOES_DB: tuple[int | None, ...] = (None, -12, 0)
DELAY_MS = (20.0, 250.0)
DRIFT_PPM = (-200.0, 200.0)
DRIVES = (0.0, 0.5, 1.0)
# The person comes so long after the answer began; it would go on for long after that.
COMES_MS = (3000.0, 6000.0)
AFTER_MS = 4500.0
OWN_VOICE_S = 60.0
# An hour of it is heard at 0 dB, and a share of that at the others.
OWN_VOICE_DB = {0: 1.0, -12: 0.25, 6: 0.25}
BACKCHANNELS = ("uh-huh", "yes", "yeah", "okay")
COMMANDS = ("stop", "wait", "hold on")
BACKCHANNEL_DB = -6.0  # below talk
COMMAND_DB = 3.0


def interruptions(half: Half, hours: float) -> Iterator[Made]:
    """A real voice over an answer, twice at every echo, each time in another room with another path."""
    sounds = [(u.name, "interruption", _speech(u), u.text, u.voice, u.real) for u in spoken(half)]
    yield from _over_answers("interruption", half, sounds, ECHOES_DB, times=2)


def commands(half: Half, hours: float) -> Iterator[Made]:
    """ "stop" and its kin, in made voices."""
    words = [word(text, voice) for text in COMMANDS for voice in ESPEAK[half]]
    sounds = [(u.text, "command", _speech(u), u.text, u.voice, False) for u in words]
    yield from _over_answers("command", half, sounds, SHORT_ECHOES_DB, gain_db=COMMAND_DB)


def backchannels(half: Half, hours: float) -> Iterator[Made]:
    """ "mhm", hummed, and short words of assent in made voices."""
    chance = np.random.default_rng(1992)
    hummed = [("mhm", in_room(mhm(f0, chance), chance), f"{f0:g} Hz") for f0 in HUMMED_HZ[half]]
    sounds = [(name, "backchannel", _cut(sound), name, voice, False) for name, sound, voice in hummed]
    words = [word(text, voice) for text in BACKCHANNELS for voice in ESPEAK[half]]
    sounds += [(u.text, "backchannel", _speech(u), u.text, u.voice, False) for u in words]
    yield from _over_answers("backchannel", half, sounds, SHORT_ECHOES_DB, gain_db=BACKCHANNEL_DB)


def transients_over_answers(half: Half, hours: float) -> Iterator[Made]:
    """Coughs, clicks, doors and claps, as loud as they are."""
    sounds = [(s.name, "transient", of_pcm(s), s.kind, s.kind, False) for s in transients(half)]
    yield from _over_answers("transient", half, sounds, SHORT_ECHOES_DB, gain_db=None)


def own_voice(half: Half, hours: float) -> Iterator[Made]:
    """Nobody speaks but the device."""
    for place, (gain_db, share) in enumerate(OWN_VOICE_DB.items()):
        pieces = max(1, round(hours * share * 3600 / OWN_VOICE_S))
        # So numbered, the first of more hours are those of fewer.
        for number in range(1000 * place, 1000 * place + pieces):
            chance = _chance("own voice", half, number)
            samples = round((OWN_VOICE_S + 3) * NEAR_RATE_HZ)
            near = floor(samples, chance)
            yield _made("own voice", half, number, "", near, (), gain_db, chance, OWN_VOICE_S)


_Sound = tuple[str, str, Sound, str, str, bool]  # name, kind, sound, text, voice, real


def _over_answers(
    condition: str,
    half: Half,
    sounds: Sequence[_Sound],
    echoes_db: Sequence[int | None],
    *,
    times: int = 1,
    gain_db: float | None = 0.0,
) -> Iterator[Made]:
    """Each sound over an answer at each echo; `gain_db` against speech, None: as loud as it is."""
    number = 0
    for name, kind, sound, text, voice, real in sounds:
        for echo_db in echoes_db:
            for _ in range(times):
                chance = _chance(condition, half, number)
                start = samples_of_ms(ANSWER_AT_MS + chance.uniform(*COMES_MS), NEAR_RATE_HZ)
                samples = start + len(sound) + samples_of_ms(AFTER_MS, NEAR_RATE_HZ)
                laid = np.zeros(samples)
                laid[start : start + len(sound)] = sound
                room = any_room(chance)
                if gain_db is not None:
                    laid = convolve(laid, response(room, room.person, chance))
                    laid = at_dbfs(laid, SPEECH_DBFS + gain_db, slice(start, start + len(sound)))
                label = Label(kind, ms(start), ms(start + len(sound)), text)
                near = laid + floor(samples, chance)
                label_name = name.replace(" ", "_").replace(",", "")
                seconds = samples / NEAR_RATE_HZ + 2
                yield _made(
                    condition, half, number, label_name, near, (label,), echo_db, chance, seconds, voice, real
                )
                number += 1


def _made(
    condition: str,
    half: Half,
    number: int,
    label_name: str,
    near: Sound,
    labels: tuple[Label, ...],
    echo_db: int | None,
    chance: Chance,
    answer_s: float,
    voice: str = "",
    real: bool = False,
) -> Made:
    """The case with its answer and its echo path, which is another one for each."""
    room = any_room(chance)
    heard_as = response(room, room.loudspeaker, chance)
    spec = EchoSpec(
        float(echo_db or 0),
        round(float(chance.uniform(*DELAY_MS)), 1),
        round(float(chance.uniform(*DRIFT_PPM)), 1),
        float(chance.choice(DRIVES)),
    )
    name = f"{condition.replace(' ', '-')}-{number:03}" + (f"-{label_name}" if label_name else "")
    case = Case(
        name,
        condition,
        "no echo" if echo_db is None else f"{echo_db:+d} dB" if echo_db else "0 dB",
        half,
        "answer",
        voice,
        real,
        ms(len(near)),
        labels,
        answer=f"{name}.answer.wav",
        room="" if echo_db is None else f"{name}.room.npy",
        echo=None if echo_db is None else spec,
    )
    answer = audible_floor(own_speech(half, number, answer_s), chance)
    return Made(case, to_pcm(near), answer, None if echo_db is None else heard_as)


def _speech(utterance: Utterance) -> Sound:
    return utterance.pcm[utterance.start : utterance.end].astype(np.float64)


def _cut(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * 0.01)
    return sound[loud[0] : loud[-1] + 1]


def _chance(condition: str, half: Half, number: int) -> Chance:
    return np.random.default_rng((zlib.crc32(condition.encode()), half == "held-out", number))
