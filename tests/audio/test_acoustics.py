"""What is measured of a room is what the room was made of, within what `measure` promises."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.audio.acoustics import Acoustics, Echo, measure
from appliance.audio.sweep import Probe, whole_probe
from tests.audio.rooms import Room, recorded

DELAY_MS, LEVEL_DB, DRIFT_PPM = 0.2, 1.0, 5.0


def heard(room: Room, rate_hz: int = 16_000) -> Acoustics:
    probe = Probe().for_rates(rate_hz)
    return measure(recorded(room, rate_hz, probe), rate_hz, probe)


def echo(room: Room, rate_hz: int = 16_000) -> Echo:
    found = heard(room, rate_hz).echo
    assert found is not None
    return found


def agrees(room: Room, rate_hz: int, found: Echo) -> None:
    assert room.gain_db is not None
    start_ms = found.arrival_samples * 1000 / rate_hz / (1 + room.drift_ppm * 1e-6)
    assert start_ms == pytest.approx(room.delay_s * 1000, abs=DELAY_MS)
    assert found.level_db == pytest.approx(room.gain_db, abs=LEVEL_DB)
    assert found.drift_ppm == pytest.approx(room.drift_ppm, abs=DRIFT_PPM)
    assert found.slip_ms < 0.05


@given(
    delay_s=st.floats(1.0, 1.6),
    gain_db=st.floats(-40, 5),
    over_noise_db=st.floats(0, 60),
    drift_ppm=st.floats(-200, 200),
    rate_hz=st.sampled_from([16_000, 44_100, 48_000]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25, deadline=None)
def test_delay_level_and_drift_are_found_in_any_noise_that_is_no_louder_than_the_echo(
    delay_s: float, gain_db: float, over_noise_db: float, drift_ppm: float, rate_hz: int, seed: int
) -> None:
    noise_dbfs = max(Probe().peak_dbfs - 3.01 + gain_db - over_noise_db, -85.0)
    room = Room(delay_s, gain_db, noise_dbfs, drift_ppm, seed=seed)
    found = heard(room, rate_hz)
    assert found.echo is not None
    agrees(room, rate_hz, found.echo)
    assert found.noise_dbfs == pytest.approx(noise_dbfs, abs=1.0)


@given(st.integers(0, 2**32 - 1), st.floats(-70, -15))
@settings(max_examples=25, deadline=None)
def test_with_headphones_no_noise_is_taken_for_an_echo(seed: int, noise_dbfs: float) -> None:
    found = heard(Room(gain_db=None, noise_dbfs=noise_dbfs, seed=seed))
    assert found.echo is None
    assert found.noise_dbfs == pytest.approx(noise_dbfs, abs=1.0)


def test_a_microphone_at_8_khz_is_measured_as_far_as_it_hears() -> None:
    room = Room(drift_ppm=-120)
    agrees(room, 8000, echo(room, 8000))


def test_the_walls_of_a_room_add_to_the_level_and_not_to_the_delay() -> None:
    walls = tuple((0.004 * number + 0.001 * (number % 3), -6.0 - 1.5 * number) for number in range(1, 20))
    power = 1 + sum(10 ** (gain_db / 10) for _, gain_db in walls)
    found = echo(Room(echoes=walls, drift_ppm=80))
    assert found.arrival_samples / 16 == pytest.approx(1250.1, abs=DELAY_MS)
    assert found.level_db == pytest.approx(-20 + 10 * math.log10(power), abs=2)
    assert found.drift_ppm == pytest.approx(80, abs=DRIFT_PPM)
    assert found.distortion_db < -40


def test_a_constant_beside_the_sound_is_no_noise() -> None:
    assert heard(Room(constant=900, noise_dbfs=-70)).noise_dbfs == pytest.approx(-70, abs=1)


def test_a_microphone_that_only_clicks_when_it_is_opened_is_dead() -> None:
    recording = np.zeros(16_000 * 8, np.int16)
    recording[:1600] = 3000
    assert measure(recording, 16_000, Probe()).dead


def test_samples_at_full_scale_are_counted() -> None:
    loud = heard(Room(gain_db=16.0))
    # a sine of twice full scale is beyond it for two thirds of the time
    assert loud.clipped_share == pytest.approx(2 / 3, abs=0.05)
    assert heard(Room(gain_db=9.0)).clipped_share == 0


@pytest.mark.parametrize(
    ("limit", "least_db", "most_db"), [(0.5, -18, -10), (0.8, -26, -16), (None, -200, -45)]
)
def test_a_loudspeaker_that_is_driven_too_far_is_heard_by_its_harmonics(
    limit: float | None, least_db: float, most_db: float
) -> None:
    assert least_db < echo(Room(gain_db=-6, noise_dbfs=-70, limit=limit)).distortion_db < most_db


@pytest.mark.parametrize("noise_dbfs", [-80.0, -50.0])
@pytest.mark.parametrize("cubic", [0.5, 0.2, 0.05])
def test_a_third_harmonic_is_as_strong_as_it_was_made(cubic: float, noise_dbfs: float) -> None:
    low_hz, high_hz = Probe().low_hz, Probe().high_hz
    in_band = math.log(high_hz / 3 / low_hz) / math.log(high_hz / low_hz)  # the rest of it is beyond 7 kHz
    made_db = 20 * math.log10(cubic / 4 / (1 + 0.75 * cubic)) + 10 * math.log10(in_band)
    found = echo(Room(gain_db=-10, noise_dbfs=noise_dbfs, cubic=cubic))
    assert found.distortion_db == pytest.approx(made_db, abs=1)


def test_distortion_that_drowns_in_the_noise_is_not_made_up() -> None:
    found = [echo(Room(gain_db=-40, noise_dbfs=-50, seed=seed)).distortion_db for seed in range(5)]
    assert max(found) < -15


@pytest.mark.parametrize("lost_samples", [-512, 320, 16])
def test_sound_that_was_lost_or_said_twice_is_no_drift_but_a_slip(lost_samples: int) -> None:
    probe = Probe()
    recording = recorded(Room(), 16_000, probe)
    cut = round((1.25 + probe.every_s + probe.sweep_s + 0.5) * 16_000)
    slipped = np.concatenate((recording[:cut], recording[cut + lost_samples :]))
    found = measure(slipped, 16_000, probe).echo
    assert found is not None
    assert found.slip_ms == pytest.approx(abs(lost_samples) / 16, abs=0.05)


@pytest.mark.parametrize("value", [0, -7])
def test_a_microphone_that_delivers_a_constant_is_dead(value: int) -> None:
    assert measure(np.full(160_000, value, np.int16), 16_000, Probe()).dead


def test_a_recording_without_room_for_the_probe_holds_none() -> None:
    assert measure(np.arange(16_000, dtype=np.int16), 16_000, Probe()).echo is None
    assert measure(np.zeros(0, np.int16), 16_000, Probe()).dead


def test_what_is_played_is_never_louder_than_it_says_and_begins_and_ends_in_silence() -> None:
    probe = Probe()
    sound = whole_probe(probe, 24_000)
    assert len(sound) == round(probe.lasts_s * 24_000)
    assert abs(sound).max() <= math.ceil(probe.peak)
    assert [sound[0], abs(sound[-1]) < 50] == [0, True]
