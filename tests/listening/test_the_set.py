"""The set is the same each time, and its two halves share nothing."""

from itertools import islice

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms
from tests.listening.cases import HALVES, Made, from_json, to_json
from tests.listening.conditions import CONDITIONS
from tests.listening.mixing import active_rms, places_for_pauses, say
from tests.listening.sounds import NOISES, noise_of
from tests.listening.voices import ASSETS, ESPEAK, FAR_ASSETS, HUMMED_HZ, OWN, REAL, spoken

QUICK = (
    "sentence",
    "level",
    "white",
    "command",
    "backchannel",
    "transient",
    "own voice",
    "hours of white",
    "wake word",
)


def first(condition: str, count: int = 1) -> list[Made]:
    return list(islice(CONDITIONS[condition]("development", 1 / 60), count))


@pytest.mark.parametrize("condition", QUICK)
def test_the_same_case_has_the_same_samples(condition: str) -> None:
    one, again = first(condition)[0], first(condition)[0]
    assert one.case == again.case
    assert np.array_equal(one.near, again.near)
    for before, after in ((one.answer, again.answer), (one.room, again.room)):
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert np.array_equal(before, after)


@pytest.mark.parametrize("condition", QUICK)
def test_a_case_is_as_it_was_after_it_was_written_down(condition: str) -> None:
    case = first(condition)[0].case
    assert from_json(to_json(case)) == case


def test_the_halves_share_no_voice() -> None:
    development, held_out = HALVES
    for voices in (REAL, ESPEAK, OWN, HUMMED_HZ):
        assert not set(voices[development]) & set(voices[held_out])
    assert ASSETS[development] != ASSETS[held_out]
    assert FAR_ASSETS[development] != FAR_ASSETS[held_out]
    assert {u.name for u in spoken(development)} & {u.name for u in spoken(held_out)} == set()
    assert all(spoken(half) for half in HALVES)


def test_a_label_holds_the_sentence_and_the_room_around_it_is_quiet() -> None:
    for made in first("sentence", 2):
        label = made.case.labels[0]
        start, end = (samples_of_ms(ms, NEAR_RATE_HZ) for ms in (label.start_ms, label.end_ms))
        within = active_rms(made.near[start:end].astype(np.float64))
        before = float(np.std(made.near[: start - 160].astype(np.float64)))
        assert 20 * np.log10(within / before) > 20
        assert made.case.duration_ms == pytest.approx(ms_of_samples(len(made.near), NEAR_RATE_HZ), abs=0.1)


@pytest.mark.parametrize("kind", NOISES)
def test_noise_is_as_loud_as_said(kind: str) -> None:
    noise = noise_of(kind, 2 * NEAR_RATE_HZ, "development", np.random.default_rng(1))
    assert float(np.sqrt(np.mean(noise**2))) == pytest.approx(1.0, abs=0.05)


def test_a_pause_is_as_long_as_said_and_lies_in_the_sentence() -> None:
    utterance = spoken("development")[0]
    speech = utterance.pcm[utterance.start : utterance.end].astype(np.float64)
    place = places_for_pauses(speech, 1)[0]
    chance = np.random.default_rng(1)
    said = say(utterance, 500, 500, chance, ((place, 400.0),))
    (start, end), whole = said.pauses[0], say(utterance, 500, 500, chance)
    assert ms_of_samples(end - start, NEAR_RATE_HZ) == 400
    assert said.start < start < end < said.end
    assert said.end - whole.end == end - start
    assert np.std(said.sound[start + 100 : end - 100]) < 0.1 * np.std(speech)
