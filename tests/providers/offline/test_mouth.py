"""Whatever becomes of the better voice, every text is said whole, and nothing after it was cancelled."""

import itertools
import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from appliance.errors import FailureCategory
from appliance.pcm.formats import Pcm
from appliance.providers.offline import mouth as module
from appliance.providers.offline.jobs import Jobs, Sentence
from appliance.providers.offline.messages import Broken, Done, Notice, Report, Sound, Speak
from appliance.providers.offline.mouth import CHUNK_SAMPLES, Mouth
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.piper import Piper
from appliance.providers.offline.reports import Reports
from tests.providers.offline.fake_piper import SECOND
from tests.providers.offline.watched_piper import WatchedPiper

DEADLINE_S = 20.0
LONG = "It is noon. Today is Saturday, the 21st of November 2026. There is nothing else that I know."


class Collected(Reports):
    """What was reported, in place of a pipe; tells whoever waits for the end of a job."""

    def __init__(self, on_sound: Callable[[Sound], None] = lambda _: None) -> None:
        self.all: list[Report] = []
        self.ended = threading.Event()
        self._on_sound = on_sound

    def send(self, report: Report) -> None:
        self.all.append(report)
        if isinstance(report, Sound):
            self._on_sound(report)
        if isinstance(report, Done | Broken):
            self.ended.set()

    @property
    def sound(self) -> Pcm:
        return np.concatenate([report.pcm for report in self.all if isinstance(report, Sound)])

    @property
    def notices(self) -> list[str]:
        return [report.text for report in self.all if isinstance(report, Notice)]


@pytest.fixture
def fake_piper() -> Iterator[Callable[[str], Piper]]:
    started: list[WatchedPiper] = []

    def start(how: str) -> Piper:
        command = [sys.executable, "-m", "tests.providers.offline.fake_piper", how]
        started.append(WatchedPiper(command, lambda _: None))
        started[-1].wait_until_warm(DEADLINE_S)
        return started[-1]

    yield start
    for piper in started:
        piper.stop()


def say(
    text: str,
    piper: Piper | None,
    reports: Collected,
    options: OfflineOptions | None = None,
    speed: float = 1.0,
) -> None:
    """Let a mouth say `text` as job 1, to its end."""
    jobs = Jobs(piper.break_off if piper else None)
    mouth = Mouth(options or OfflineOptions(), jobs, reports, piper)
    threading.Thread(target=mouth.run, daemon=True).start()
    jobs.take(Speak(1, text, speed))
    assert reports.ended.wait(DEADLINE_S)


def test_without_piper_a_text_is_said_sentence_by_sentence_with_pauses_between() -> None:
    reports = Collected()
    say("It is noon. It is noon.", None, reports)
    sound = reports.sound
    quiet = np.flatnonzero(np.abs(sound.astype(int)) > 300)
    longest_ms = max(b - a for a, b in itertools.pairwise(quiet)) / 24
    assert 250 <= longest_ms <= 450
    assert reports.all[-1] == Done(1, 0, 0)


def test_piper_says_a_text_in_pieces_of_which_the_first_comes_first(
    fake_piper: Callable[[str], Piper],
) -> None:
    reports = Collected()
    say("It is noon. It is noon.", fake_piper("well"), reports)
    pause = np.zeros(24 * 250, np.int16)
    assert np.array_equal(reports.sound, np.concatenate((SECOND, pause, SECOND)))
    assert reports.notices == []
    sizes = [len(report.pcm) for report in reports.all if isinstance(report, Sound)]
    assert max(sizes) == CHUNK_SAMPLES


@pytest.mark.parametrize("how", ["late", "hangs", "dies", "nonsense", "broken", "endless"])
def test_where_piper_fails_espeak_says_the_same_text(
    fake_piper: Callable[[str], Piper], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(module, "PIPER_PATIENCE_S", 0.2)
    monkeypatch.setattr(module, "ESPEAK_FIRST_CHARS", module.PIPER_FIRST_CHARS)
    monkeypatch.setattr(module, "ESPEAK_MAX_CHARS", module.PIPER_MAX_CHARS)
    alone, reports = Collected(), Collected()
    say(LONG, None, alone)
    say(LONG, fake_piper(how), reports)
    assert np.array_equal(reports.sound, alone.sound)
    assert len(reports.notices) == 1
    assert reports.notices[0].endswith("; espeak-ng says the rest")


def test_where_piper_is_not_there_at_all_nobody_waits_for_it(fake_piper: Callable[[str], Piper]) -> None:
    alone, reports = Collected(), Collected()
    say(LONG, None, alone)
    say(LONG, fake_piper("cannot start"), reports)
    assert np.array_equal(reports.sound, alone.sound)


def test_nothing_is_said_after_a_cancel(fake_piper: Callable[[str], Piper]) -> None:
    sentence = Sentence(1, LONG)
    reports = Collected(lambda _: sentence.cancelled.set())
    mouth = Mouth(OfflineOptions(), Jobs(), reports, fake_piper("well"))
    mouth.say(sentence)
    assert len([report for report in reports.all if isinstance(report, Sound)]) == 1


def test_without_any_voice_the_job_is_broken_with_a_reason() -> None:
    reports = Collected()
    say(LONG, None, reports, OfflineOptions(voice="nobody"))
    (broken,) = reports.all
    assert isinstance(broken, Broken)
    assert broken.category is FailureCategory.MODEL_UNAVAILABLE


def test_a_text_at_twice_the_pace_takes_about_half_the_time() -> None:
    usual, quick = Collected(), Collected()
    say(LONG, None, usual)
    say(LONG, None, quick, speed=2.0)
    assert 0.4 <= len(quick.sound) / len(usual.sound) <= 0.7


def test_piper_is_told_the_pace(fake_piper: Callable[[str], Piper]) -> None:
    reports = Collected()
    say("It is noon.", fake_piper("well"), reports, speed=2.0)
    assert np.array_equal(reports.sound, SECOND[:12_000])
