"""A resampler changes the rate of a stream and nothing else: not its time, not with its chunks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.pcm.formats import Float32, Pcm, from_float32
from appliance.pcm.level import rms_dbfs
from appliance.pcm.resample import Resampler
from tests.pcm.chunks import chunkings, cut, joined, noise

RATES = [(48_000, 16_000), (44_100, 16_000), (16_000, 24_000), (24_000, 48_000), (24_000, 16_000)]


def one_shot(resampler: Resampler, pcm: Pcm) -> Pcm:
    return joined([resampler.process(pcm), resampler.flush()])


def sine(hz: float, rate_hz: int) -> Pcm:
    return from_float32((np.sin(2 * np.pi * hz * np.arange(rate_hz) / rate_hz) / 2).astype(np.float32))


def chirp(rate_hz: int) -> Float32:
    """One second from 100 Hz to 6 kHz, as the formula says it at any rate, in a smooth envelope."""
    t = np.arange(rate_hz) / rate_hz
    phase = 2 * np.pi * (100 * t + (6_000 - 100) / 2 * t**2)
    return (10_000 * np.hanning(rate_hz) * np.sin(phase)).astype(np.float32)


def lag_samples(late: Float32, reference: Float32) -> int:
    """By how many samples `late` is later: the peak of the circular cross-correlation."""
    size = len(reference)
    spectrum = np.fft.rfft(late[:size]) * np.conj(np.fft.rfft(reference))
    peak = int(np.argmax(np.fft.irfft(spectrum, size)))
    return peak - size if peak > size // 2 else peak


@pytest.mark.parametrize("rates", RATES)
@settings(deadline=None, max_examples=25)
@given(lengths=chunkings)
def test_chunking_never_changes_the_result(rates: tuple[int, int], lengths: list[int]) -> None:
    pcm = noise(9_000)
    chunked = Resampler(*rates)
    pieces = [chunked.process(chunk) for chunk in cut(pcm, lengths)]
    assert np.array_equal(joined([*pieces, chunked.flush()]), one_shot(Resampler(*rates), pcm))


@pytest.mark.parametrize(("input_hz", "output_hz"), RATES)
def test_the_stated_delay_is_the_delay_found_by_cross_correlation(input_hz: int, output_hz: int) -> None:
    resampler = Resampler(input_hz, output_hz)
    resampled = one_shot(resampler, chirp(input_hz).astype(np.int16)).astype(np.float32)
    assert abs(lag_samples(resampled, chirp(output_hz)) - resampler.delay_samples) <= 1


@pytest.mark.parametrize(("input_hz", "output_hz"), RATES)
@settings(deadline=None, max_examples=20)
@given(samples=st.integers(1, 20_000))
def test_a_stream_keeps_its_length(input_hz: int, output_hz: int, samples: int) -> None:
    resampled = one_shot(Resampler(input_hz, output_hz), np.zeros(samples, np.int16))
    assert abs(len(resampled) - samples * output_hz / input_hz) <= 0.5


@pytest.mark.parametrize(("input_hz", "output_hz"), RATES)
def test_a_block_is_kept_back_for_no_longer_than_22_ms(input_hz: int, output_hz: int) -> None:
    resampler, block = Resampler(input_hz, output_hz), np.zeros(input_hz // 100, np.int16)
    came = 0
    for blocks in range(1, 200):
        came += len(resampler.process(block))
        assert blocks * 10 - came * 1000 / output_hz <= 22


def test_what_the_lower_rate_cannot_carry_does_not_fold_back() -> None:
    assert rms_dbfs(one_shot(Resampler(48_000, 16_000), sine(11_000, 48_000))[500:-500]) < -80


def test_what_it_can_carry_keeps_its_level() -> None:
    tone = sine(1_000, 48_000)
    resampled = one_shot(Resampler(48_000, 16_000), tone)
    assert rms_dbfs(resampled[500:-500]) == pytest.approx(rms_dbfs(tone), abs=0.01)


def test_equal_rates_pass_through_untouched() -> None:
    resampler, pcm = Resampler(16_000, 16_000), noise(100)
    assert resampler.process(pcm) is pcm
    assert not len(resampler.flush())


@pytest.mark.parametrize("end", ["flush", "reset"])
def test_nothing_of_one_stream_gets_into_the_next(end: str) -> None:
    resampler, pcm = Resampler(48_000, 16_000), noise(5_000)
    resampler.process(noise(5_000, seed=1))
    getattr(resampler, end)()
    assert np.array_equal(one_shot(resampler, pcm), one_shot(Resampler(48_000, 16_000), pcm))


def test_a_stream_without_samples_has_no_tail() -> None:
    assert not len(Resampler(48_000, 16_000).flush())


def test_full_scale_saturates_instead_of_wrapping() -> None:
    half_period = 24
    rises = np.arange(24_000) // half_period % 2 == 0
    square = np.where(rises, 32767, -32768).astype(np.int16)
    halves = one_shot(Resampler(24_000, 48_000), square).reshape(-1, 2 * half_period)[2:-2, 5:-5]
    assert np.all(halves[0::2] > 20_000)
    assert np.all(halves[1::2] < -20_000)
