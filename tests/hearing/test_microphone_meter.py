"""What is told of a microphone, and when."""

import numpy as np
import pytest

from appliance.hearing.microphone_meter import MicrophoneFault, MicrophoneMeter
from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm
from tests.bench.false_turns_noise import hum, pink, white
from tests.recordings import recordings

WINDOW = 512


def sound(mono: object, dbfs: float) -> Pcm:
    heard: Pcm = np.clip(
        np.rint(np.asarray(mono) * FULL_SCALE * 10 ** (dbfs / 20)), -FULL_SCALE, FULL_SCALE - 1
    ).astype(np.int16)
    return heard


def listen(
    meter: MicrophoneMeter, pcm: Pcm, probability: float, *, echo: bool = False, offset: float = 0.0
) -> MicrophoneFault:
    for at in range(0, len(pcm) - WINDOW + 1, WINDOW):
        meter.capture(pcm[at : at + WINDOW], offset)
        meter.hear(pcm[at : at + WINDOW], probability, echo=echo)
    return meter.measure.fault


def speech(seconds: float, dbfs: float) -> Pcm:
    """Recorded words without their pauses, again and again, at this RMS."""
    words = np.concatenate([one.pcm[one.speech_start : one.speech_end] for one in recordings()])
    words = np.resize(words, round(seconds * NEAR_RATE_HZ)).astype(np.float64)
    return sound(words / np.sqrt(np.mean(words**2)), dbfs)


@pytest.mark.parametrize("dbfs", [-72.0, -50.0, -30.0])
def test_the_noise_floor_is_that_of_the_room(dbfs: float) -> None:
    meter = MicrophoneMeter(WINDOW)
    listen(meter, sound(white(20 * NEAR_RATE_HZ, np.random.default_rng(0)), dbfs), 0.0)
    assert meter.measure.noise_dbfs == pytest.approx(dbfs, abs=2.5)


def test_speech_and_echo_do_not_raise_the_noise_floor() -> None:
    meter = MicrophoneMeter(WINDOW)
    room = sound(white(20 * NEAR_RATE_HZ, np.random.default_rng(0)), -60)
    listen(meter, room, 0.0)
    before = meter.measure.noise_dbfs
    listen(meter, speech(30, -20), 0.95)
    listen(meter, speech(30, -20), 0.0, echo=True)
    assert meter.measure.noise_dbfs == before


@pytest.mark.parametrize("dbfs", [-50.0, -26.0])
def test_the_level_of_speech_is_known_after_a_few_words(dbfs: float) -> None:
    meter = MicrophoneMeter(WINDOW)
    listen(meter, speech(4, dbfs), 0.95)
    assert meter.measure.speech_dbfs == pytest.approx(dbfs, abs=3)


def test_the_loudspeakers_voice_is_nobodys_level() -> None:
    meter = MicrophoneMeter(WINDOW)
    listen(meter, speech(10, -20), 0.95, echo=True)
    assert meter.measure.speech_dbfs is None


def test_somebody_much_louder_counts_within_half_a_second() -> None:
    meter = MicrophoneMeter(WINDOW)
    listen(meter, speech(20, -50), 0.95)
    listen(meter, speech(0.5, -15), 0.95)
    level = meter.measure.speech_dbfs
    assert level is not None
    assert level > -25


def test_a_voice_that_is_cut_off_at_full_scale_clips_until_it_does_not() -> None:
    meter = MicrophoneMeter(WINDOW)
    assert listen(meter, speech(5, -20), 0.95) is MicrophoneFault.FINE
    assert listen(meter, speech(5, -5), 0.95) is MicrophoneFault.CLIPPING
    assert listen(meter, speech(1, -20), 0.95) is MicrophoneFault.CLIPPING
    assert listen(meter, speech(60, -20), 0.95) is MicrophoneFault.FINE


def test_a_bang_is_no_clipping_voice() -> None:
    meter = MicrophoneMeter(WINDOW)
    bang = np.full(NEAR_RATE_HZ, 32_767, np.int16)
    listen(meter, bang, 0.0)
    listen(meter, speech(5, -24), 0.95)
    assert meter.measure.fault is MicrophoneFault.FINE


def test_one_laugh_is_no_clipping_microphone() -> None:
    meter = MicrophoneMeter(WINDOW)
    listen(meter, speech(9, -22), 0.95)
    laugh = speech(0.1, -22)
    laugh[:60] = 32_767
    assert listen(meter, laugh, 0.95) is MicrophoneFault.FINE


@pytest.mark.parametrize("seed", [0, 3])
def test_the_mains_in_a_quiet_room_has_a_name_and_a_frequency(seed: int) -> None:
    meter = MicrophoneMeter(WINDOW)
    listen(meter, sound(hum(3 * NEAR_RATE_HZ, np.random.default_rng(seed)), -42), 0.0)
    measure = meter.measure
    assert measure.fault is MicrophoneFault.HUM
    assert measure.mains_hz == np.random.default_rng(seed).choice([50.0, 60.0])
    assert measure.hum_dbfs == pytest.approx(-42, abs=2)


def test_a_hum_that_stops_is_over_within_twenty_seconds() -> None:
    meter = MicrophoneMeter(WINDOW)
    chance = np.random.default_rng(0)
    listen(meter, sound(hum(3 * NEAR_RATE_HZ, chance), -42), 0.0)
    assert listen(meter, sound(pink(20 * NEAR_RATE_HZ, chance), -60), 0.0) is MicrophoneFault.FINE


@pytest.mark.parametrize("dbfs", [-60.0, -40.0])
def test_a_noisy_room_does_not_hum(dbfs: float) -> None:
    meter = MicrophoneMeter(WINDOW)
    room = sound(pink(12 * NEAR_RATE_HZ, np.random.default_rng(0)), dbfs)
    assert listen(meter, room, 0.0) is MicrophoneFault.FINE


def test_a_hum_that_nobody_hears_is_no_fault() -> None:
    meter = MicrophoneMeter(WINDOW)
    quiet = sound(hum(12 * NEAR_RATE_HZ, np.random.default_rng(0)), -70)
    assert listen(meter, quiet, 0.0) is MicrophoneFault.FINE


def test_a_constant_is_a_fault_with_hysteresis() -> None:
    meter = MicrophoneMeter(WINDOW)
    quiet = np.zeros(WINDOW, np.int16)
    faults = [listen(meter, quiet, 0.0, offset=offset) for offset in (0.04, 0.06, 0.04, 0.02)]
    fault, none = MicrophoneFault.OFF_ZERO, MicrophoneFault.FINE
    assert faults == [none, fault, fault, none]
