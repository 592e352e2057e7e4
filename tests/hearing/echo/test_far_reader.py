"""Reading between samples."""

import numpy as np
import numpy.typing as npt
import pytest

from appliance.hearing.echo.far_reader import FarReader
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.ring import SampleRing


def ring_of(sound: Pcm, capacity: int = NEAR_RATE_HZ) -> SampleRing:
    ring = SampleRing.allocate(capacity)
    ring.write(sound)
    return ring


def sine(hz: float, at: npt.NDArray[np.floating]) -> Pcm:
    tone: Pcm = np.rint(10_000 * np.sin(2 * np.pi * hz * at / NEAR_RATE_HZ)).astype(np.int16)
    return tone


@pytest.mark.parametrize("hz", [200, 1000, 4000, 6000])
@pytest.mark.parametrize("ratio", [0.999, 1.0, 1.0002])
def test_a_tone_stays_a_tone(hz: float, ratio: float) -> None:
    reader = FarReader(ring_of(sine(hz, np.arange(8000, dtype=np.float64))))
    out = np.zeros(1600, np.int16)
    assert reader.read_into(2000.3, ratio, out)
    wanted = sine(hz, 2000.3 + np.arange(1600) * ratio)
    noise_db = 20 * np.log10(np.std(out.astype(float) - wanted) / np.std(wanted))
    assert noise_db < -45


def test_whole_positions_are_the_samples_themselves() -> None:
    sound = np.random.default_rng(1).integers(-20_000, 20_000, 4000).astype(np.int16)
    out = np.zeros(500, np.int16)
    assert FarReader(ring_of(sound)).read_into(1000.0, 1.0, out)
    assert np.array_equal(out, sound[1000:1500])


def test_what_is_not_written_yet_is_waited_for() -> None:
    ring = ring_of(np.ones(1000, np.int16))
    out = np.zeros(160, np.int16)
    assert not FarReader(ring).read_into(900.0, 1.0, out)
    ring.write(np.ones(1000, np.int16))
    assert FarReader(ring).read_into(900.0, 1.0, out)


def test_before_the_stream_and_what_was_overwritten_is_silence() -> None:
    reader = FarReader(ring_of(np.full(3000, 1000, np.int16), capacity=2000))
    out = np.ones(320, np.int16)
    assert reader.read_into(-1000.0, 1.0, out)
    assert not out.any()
    assert reader.read_into(200.0, 1.0, out)
    assert not out.any()
