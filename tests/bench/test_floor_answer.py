"""Where in an answer the loudspeaker is, can be read from its sound."""

import numpy as np

from appliance.pcm.fade import Gain
from appliance.pcm.formats import Pcm
from tests.bench.floor_answer import Reader, Stretch, answer

SAMPLES = 48_000


def silence(samples: int) -> Pcm:
    return np.zeros(samples, dtype=np.int16)


def test_every_sample_of_an_answer_is_read_at_any_level() -> None:
    quiet = answer(1, SAMPLES)
    Gain(24_000, -60).apply(quiet)
    reading = Reader(2, SAMPLES).read(np.concatenate((silence(100), quiet, silence(10))))
    assert reading.stretches == [Stretch(100, 100 + SAMPLES, 1, 0)]
    assert reading.foreign_samples == 0


def test_a_pause_in_which_nothing_is_lost_is_seen_as_such() -> None:
    whole = answer(0, SAMPLES)
    reading = Reader(1, SAMPLES).read(np.concatenate((whole[:9000], silence(777), whole[9000:])))
    assert reading.stretches == [Stretch(0, 9000, 0, 0), Stretch(9777, SAMPLES + 777, 0, 9000)]


def test_one_lost_sample_and_one_repeated_sample_are_seen() -> None:
    whole = answer(0, SAMPLES)
    lost = np.concatenate((whole[:9000], silence(50), whole[9001:20_000], silence(50), whole[19_999:]))
    first, second, third = Reader(1, SAMPLES).read(lost).stretches
    assert second.position - first.end_position == 1
    assert third.position - second.end_position == -1


def test_a_jump_without_a_pause_is_seen() -> None:
    whole = answer(0, SAMPLES)
    first, second = Reader(1, SAMPLES).read(np.concatenate((whole[:9000], whole[9500:]))).stretches
    assert second.position - first.end_position == 500


def test_one_answer_after_another_is_told_apart_and_a_late_start_is_counted() -> None:
    sound = np.concatenate((answer(0, SAMPLES)[:5000], answer(2, SAMPLES)[30:]))
    reading = Reader(3, SAMPLES).read(sound)
    assert [stretch.answer for stretch in reading.stretches] == [0, 2]
    # By chance the first answer's next signs may be the second one's, too.
    assert reading.late_starts in range(30, 40)


def test_what_is_no_answer_is_foreign() -> None:
    tone = (3000 * np.cos(np.arange(2400) * 0.1) + 4000).astype(np.int16)
    reading = Reader(1, SAMPLES).read(np.concatenate((tone, silence(5), answer(0, SAMPLES))))
    assert reading.foreign_samples == len(tone)
    assert len(reading.stretches) == 1
