"""Short words over an answer: what only says "I am with you", and what says "stop"."""

from functools import cache
from itertools import product

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.voice import synthesize
from tests.bench.disturbances import Stimulus, stimulus
from tests.bench.disturbances_acoustics import Chance, Sound, envelope, folds, in_room, resonate

# espeak-ng's voices that differ most: formant synthesis by two methods, men, women, three accents.
VOICES = ("en-us", "en-us+f3", "en-gb-scotland+m3", "en-us+klatt2", "en-gb+f5")
WORDS_PER_MINUTE = 165
# Listeners say "mhm" some 6 dB below talk; who wants to stop somebody speaks up.
BACKCHANNEL_PEAK_DBFS = -15.0
COMMAND_PEAK_DBFS = -8.0

BACKCHANNELS = ("uh-huh", "go", "yeah")
COMMANDS = ("stop", "wait", "hold on")


@cache
def backchannels() -> tuple[Stimulus, ...]:
    """ "mhm" hummed in three voices, and each word in every voice."""
    chance = np.random.default_rng(1992)
    hummed = [
        stimulus(f"mhm, {who}", "backchannel", in_room(mhm(f0_hz, chance), chance), BACKCHANNEL_PEAK_DBFS)
        for who, f0_hz in (("low", 100.0), ("middle", 150.0), ("high", 215.0))
    ]
    return (*hummed, *_spoken(BACKCHANNELS, "backchannel", BACKCHANNEL_PEAK_DBFS))


@cache
def commands() -> tuple[Stimulus, ...]:
    """Each command in every voice."""
    return _spoken(COMMANDS, "command", COMMAND_PEAK_DBFS)


def mhm(f0_hz: float, chance: Chance) -> Sound:
    """Two nasal syllables with a breath between, the second higher.

    The closed mouth leaves a first formant of 270 Hz and little above 1 kHz.
    """
    ms = 380.0
    voice = folds([f0_hz, 0.92 * f0_hz, 1.05 * f0_hz, 1.25 * f0_hz, 1.1 * f0_hz], ms, chance)
    voice *= envelope(
        ms, [(0, 0), (40, 0.8), (120, 0.7), (155, 0.12), (185, 0.12), (230, 1), (300, 0.8), (ms, 0)]
    )
    return resonate(voice, [(270, 60, 1.0), (1000, 150, 0.12), (2200, 250, 0.06)])


def _spoken(words: tuple[str, ...], kind: str, peak_dbfs: float) -> tuple[Stimulus, ...]:
    chance = np.random.default_rng(1998)
    made = []
    for word, voice in product(words, VOICES):
        pcm = synthesize(word, voice, WORDS_PER_MINUTE, NEAR_RATE_HZ)
        sound = in_room(pcm / 32768, chance)
        made.append(stimulus(f"{word}, {voice}", kind, sound, peak_dbfs))
    return tuple(made)
