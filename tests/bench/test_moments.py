"""The moments are stratified, the run of one is judged by its files, and what is wrong in them is seen."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.floor_likeness import at_24k
from tests.bench.moments import MOMENTS_TRIED, SILENT_TRIED, rows
from tests.bench.moments_fate import IMPOSSIBLE, MOMENTS, silent, visible
from tests.bench.moments_look import Look, Moment, Subject
from tests.bench.moments_openai import OpenAiStory
from tests.bench.moments_run import live
from tests.bench.moments_story import FIRST_WORDS, STORY, WORD_SAMPLES, Kind, Manner, Tale, voice
from tests.bench.stage import OUT_RATE_HZ, Spoken
from tests.simulators.openai_script import Turn

FATE = replace(visible(5), moment="mid-answer", manner=Manner.RESET)
HEARD = 4  # words of the first server
QUESTION = np.random.default_rng(3).integers(-6000, 6000, 3 * NEAR_RATE_HZ, dtype=np.int16)
# The turn, in samples of the microphone, and where in it somebody speaks.
TURN = (4800, 4800 + 32_000)
SPOKEN = Spoken(500.0, 1800.0, "a question")


def test_every_moment_has_its_share_and_dies_in_every_manner() -> None:
    fates = [visible(seed) for seed in range(MOMENTS_TRIED)]
    shares = Counter(fate.moment for fate in fates)
    assert set(shares) == set(MOMENTS)
    assert max(shares.values()) - min(shares.values()) <= 1
    assert {fate.manner for fate in fates} == {Manner.RESET, Manner.CLOSED, Manner.FAILED}
    assert fates == [visible(seed) for seed in range(MOMENTS_TRIED)]
    assert all(silent(seed).manner is Manner.SILENT for seed in range(20))


def test_every_provider_dies_at_every_moment_at_which_it_can_and_goes_on_too() -> None:
    fates = [visible(seed) for seed in range(MOMENTS_TRIED)]
    died = {(fate.first, fate.moment) for fate in fates}
    assert died == {(kind, moment) for kind in Kind for moment in MOMENTS} - set(IMPOSSIBLE)
    assert {fate.second for fate in fates} == set(Kind)
    quiet = [silent(seed) for seed in range(SILENT_TRIED)]
    assert {fate.first for fate in quiet} == {fate.second for fate in quiet} == set(Kind)


def log(**more: Any) -> list[dict[str, Any]]:
    start, stop = TURN
    return [
        {"event": "turn_opened", "onset_ms": 600, "prefix_ms": 300, "t_ms": 700},
        {"event": "turn_committed", "audio_ms": (stop - start) * 1000 / NEAR_RATE_HZ, "t_ms": 2300},
        {"event": "provider", "name": "first", "link": "down", "t_ms": 3000},
        {"event": "answer_done", "complete": True, "t_ms": 9000},
    ]


def out(*stretches: tuple[int, int, int]) -> Pcm:
    """These words of these voices, a tenth of a second apart, after four seconds."""
    pause = np.zeros(OUT_RATE_HZ // 10, np.int16)
    pieces = [np.zeros(4 * OUT_RATE_HZ, np.int16)]
    for number, first, last in stretches:
        pieces += [voice(number)[first * WORD_SAMPLES : last * WORD_SAMPLES], pause]
    return np.concatenate(pieces)


def look(sound: Pcm, told: Pcm | None = None, said: int = HEARD, timers: int = 0) -> Moment:
    """What is said of a run with these files and this record."""
    first, second = OpenAiStory(Tale(0), "a question", FATE), OpenAiStory(Tale(1), "a question")
    first.death.has_come = True
    whole = at_24k(QUESTION[slice(*TURN)])
    first.record.turns.append(Turn(0, "item", whole))
    second.record.turns.append(Turn(0, "item", whole if told is None else told))
    second.record.history.append(("assistant", " ".join(STORY[:said])))
    return Look(QUESTION, SPOKEN, log(), sound, first, second).moment(0, FATE, timers)


WELL = out((0, 0, HEARD), (1, HEARD, len(STORY)))


def subjects(moment: Moment) -> set[Subject]:
    return {subject for subject, _ in moment.mistakes}


def test_a_run_in_which_all_is_well() -> None:
    moment = look(WELL)
    assert moment.mistakes == []
    assert (moment.heard_words, moment.told_words, moment.lost_samples) == (HEARD, HEARD, 0)
    assert moment.delay_ms == pytest.approx(100, abs=1)  # after the last word that had come
    assert moment.after_loss_ms == pytest.approx(4000 + HEARD * 350 + 100 - 3000, abs=1)


def test_samples_that_are_missing_at_the_second_server_are_counted() -> None:
    whole = at_24k(QUESTION[slice(*TURN)])
    hole = np.concatenate((whole[:9600], whole[9600 + 768 :]))
    assert look(WELL, hole).lost_samples >= 768
    late = at_24k(QUESTION[TURN[0] + 4800 : TURN[1]])
    assert look(WELL, late).lost_samples >= 1600  # speech began 0.1 s before
    other = whole.copy()
    other[10_000:10_500] = 0
    assert 450 <= look(WELL, other).lost_samples <= 550


@pytest.mark.parametrize(
    "sound",
    [
        out((0, 0, HEARD), (1, HEARD, len(STORY)), (1, HEARD, len(STORY))),
        out((0, 0, HEARD), (0, 1, HEARD), (1, HEARD, len(STORY))),
        out((0, 0, HEARD), (1, HEARD, len(STORY) - 1)),
        out((1, HEARD, len(STORY)), (0, 0, HEARD)),
        out((0, 1, HEARD), (1, HEARD, len(STORY))),
    ],
    ids=["the rest twice", "a part twice", "no end", "the wrong order", "no beginning"],
)
def test_what_is_heard_twice_or_not_at_all_is_seen(sound: Pcm) -> None:
    assert Subject.SOUND in subjects(look(sound))


@pytest.mark.parametrize("told", [HEARD - 2, HEARD + 2])
def test_two_words_more_or_less_are_seen(told: int) -> None:
    assert subjects(look(WELL, said=told)) == {Subject.WORDS}


def test_a_timer_that_nobody_wanted_is_seen() -> None:
    assert subjects(look(WELL, timers=1)) == {Subject.TOOL}


def test_rows_miss_what_one_moment_of_many_misses() -> None:
    well = look(WELL)
    tool = replace(well, fate=replace(FATE, moment="tool"))
    mute = replace(well, fate=replace(FATE, manner=Manner.SILENT), unnoticed_ms=4000.0)
    assert all(row.met is not False for row in rows([well, tool, mute]))
    for bad in (
        replace(well, delay_ms=None),
        replace(well, lost_samples=1),
        replace(mute, unnoticed_ms=9000.0),
        *(replace(tool, mistakes=[(subject, "wrong")]) for subject in set(Subject) - {Subject.LOST}),
    ):
        assert [row.met for row in rows([well, tool, mute, bad])].count(False) == 1


@pytest.mark.parametrize("kind", Kind)
def test_a_moment_is_lived_with_two_servers_and_a_recording(kind: Kind) -> None:
    fate = next(f for f in map(visible, range(5, MOMENTS_TRIED, len(MOMENTS))) if f.first is kind)
    moment = live(5, replace(fate, second=kind))
    assert moment.mistakes == []
    assert 0 < moment.heard_words < FIRST_WORDS
    assert moment.delay_ms is not None
    assert moment.delay_ms < 1500
