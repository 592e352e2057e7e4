"""The sounds of the bench are what their labels say."""

import numpy as np
import pytest

from tests.bench.disturbances import KINDS, ONSET_DB, Stimulus, disturbances


def level_db(pcm: np.ndarray) -> float:
    return 20 * float(np.log10(np.abs(pcm.astype(np.int32)).max() + 1e-9))


def test_there_are_twenty_of_every_kind_together() -> None:
    assert len(disturbances()) >= 20
    assert {sound.kind for sound in disturbances()} == set(KINDS)
    assert len({sound.name for sound in disturbances()}) == len(disturbances())


@pytest.mark.parametrize("sound", disturbances(), ids=lambda sound: sound.name)
def test_outside_its_label_a_sound_is_forty_decibels_down(sound: Stimulus) -> None:
    peak_db = level_db(sound.pcm)
    assert level_db(sound.pcm[: sound.onset]) < peak_db + ONSET_DB + 1
    assert level_db(sound.pcm[sound.offset :]) < peak_db + ONSET_DB + 1
    assert 20 < sound.duration_ms < 1500


def test_they_are_the_same_at_each_call() -> None:
    again = disturbances.__wrapped__()
    assert all(np.array_equal(a.pcm, b.pcm) for a, b in zip(disturbances(), again, strict=True))
