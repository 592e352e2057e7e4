"""Short, quiet and without a click."""

from collections.abc import Callable

import numpy as np
import pytest

from appliance.audio import earcons
from appliance.pcm.formats import Pcm, ms_of_samples
from appliance.pcm.level import peak_dbfs

EARCONS = [earcons.ready, earcons.trouble, earcons.listening, earcons.closed]
RATES_HZ = [16_000, 22_050, 24_000, 44_100, 48_000]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("earcon", EARCONS)
def test_it_is_short_and_quiet_and_can_be_heard(earcon: Callable[[int], Pcm], rate_hz: int) -> None:
    pcm = earcon(rate_hz)
    assert 100 <= ms_of_samples(len(pcm), rate_hz) <= 600
    assert -32 < peak_dbfs(pcm) <= earcons.PEAK_DBFS


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("earcon", EARCONS)
def test_it_begins_and_ends_in_silence_and_never_jumps(earcon: Callable[[int], Pcm], rate_hz: int) -> None:
    pcm = earcon(rate_hz)
    assert pcm[0] == pcm[-1] == 0
    steepest = 2 * np.pi * 2_000 / rate_hz * abs(pcm).max()  # nothing in it is above 2 kHz
    assert abs(np.diff(pcm.astype(int))).max() <= steepest


def test_they_cannot_be_taken_for_one_another() -> None:
    assert not np.array_equal(earcons.ready(16_000)[:1600], earcons.trouble(16_000)[:1600])


def test_that_it_listens_sounds_higher_than_that_it_has_stopped() -> None:
    def pitch_hz(pcm: Pcm) -> float:
        return float(np.abs(np.fft.rfft(pcm)).argmax()) * 16_000 / len(pcm)

    assert pitch_hz(earcons.listening(16_000)) > 1.3 * pitch_hz(earcons.closed(16_000))
