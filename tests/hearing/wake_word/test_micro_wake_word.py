"""A wake word is told once a saying, at the instant at which the model is sure."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from appliance.hearing.wake_word.micro_wake_word import (
    HOP_SAMPLES,
    MARGINS,
    UNKNOWN,
    MicroWakeWord,
    cutoff_at,
)
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms


class Model:
    """Is as sure of each hop as the script says."""

    wake_word, probability_cutoff = "Okay Test", 0.8

    def __init__(self, *sure: tuple[int, int]) -> None:
        self._sure, self._hop, self.resets = sure, 0, 0

    def process_streaming_prob(self, features: np.ndarray) -> float | None:
        self._hop += 1
        return 0.9 if any(first <= self._hop <= last for first, last in self._sure) else 0.1

    def reset(self) -> None:
        self.resets += 1


class Features:
    """One for each hop, as pymicro_wakeword makes them."""

    def __init__(self) -> None:
        self._rest = b""

    def process_streaming(self, audio_bytes: bytes) -> Iterable[np.ndarray]:
        self._rest += audio_bytes
        while len(self._rest) >= 2 * HOP_SAMPLES:
            self._rest = self._rest[2 * HOP_SAMPLES :]
            yield np.zeros((1, 1, 40))

    def reset(self) -> None:
        self._rest = b""


def noticed_at(word: MicroWakeWord, samples: int, block: int = 512) -> Sequence[int]:
    found, heard = [], 0
    while heard < samples:
        heard += block
        if (hit := word.hear(np.zeros(block, np.int16))) is not None:
            found.append(heard - hit.noticed)
    return found


def word(*sure: tuple[int, int], name: str = "okay_nabu", sensitivity: float = 0.5) -> MicroWakeWord:
    return MicroWakeWord(name, Model(*sure), Features(), cutoff_at(sensitivity))


@pytest.mark.parametrize("block", [160, 512, 333, 1600])
def test_it_is_noticed_with_the_hop_that_is_sure_whatever_the_blocks(block: int) -> None:
    assert noticed_at(word((50, 90)), 32_000, block) == [50 * HOP_SAMPLES]


def test_one_saying_is_told_once_though_the_model_hesitates_in_between() -> None:
    assert len(noticed_at(word((50, 60), (80, 95)), 64_000)) == 1


def test_the_next_saying_is_told_again() -> None:
    second = 60 + NEAR_RATE_HZ // HOP_SAMPLES
    assert noticed_at(word((50, 60), (second + 1, second + 20)), 64_000) == [
        50 * HOP_SAMPLES,
        (second + 1) * HOP_SAMPLES,
    ]


@pytest.mark.parametrize("name", ["okay_nabu", "alexa", "mine"])
def test_where_it_may_have_ended_is_known_of_each_model(name: str) -> None:
    called = word((3, 9), name=name)
    hit = next(hit for _ in range(9) if (hit := called.hear(np.zeros(HOP_SAMPLES, np.int16))) is not None)
    margins = MARGINS.get(name, UNKNOWN)
    assert hit.noticed == 0
    assert hit.earliest == samples_of_ms(margins.before_ms, NEAR_RATE_HZ)
    assert hit.latest == -samples_of_ms(margins.after_ms, NEAR_RATE_HZ)
    assert hit.earliest > hit.latest


def test_a_reset_forgets_the_saying() -> None:
    called = word((5, 5), (40, 40))
    assert noticed_at(called, 10 * HOP_SAMPLES, HOP_SAMPLES) == [5 * HOP_SAMPLES]
    called.reset()
    assert len(noticed_at(called, 60 * HOP_SAMPLES, HOP_SAMPLES)) == 1


def test_sensitivity_moves_the_model_s_own_cutoff() -> None:
    assert cutoff_at(0.5)(0.85) == pytest.approx(0.85)
    assert cutoff_at(0.8)(0.85) < 0.6 < 0.95 < cutoff_at(0.2)(0.85) < 1
    assert 0 < cutoff_at(0.99)(0.97) < cutoff_at(0.01)(0.97) < 1


def test_a_less_sensitive_one_misses_what_the_model_is_not_so_sure_of() -> None:
    assert noticed_at(word((50, 90), sensitivity=0.2), 32_000) == []
