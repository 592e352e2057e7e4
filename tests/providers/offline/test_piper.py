"""Piper may be late, dead or mad: it is known in time, another one is started, and nobody waits for it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.errors import FailureCategory, ProviderError
from appliance.providers.offline import piper as module
from appliance.providers.offline.piper import restart_pause_s
from tests.providers.offline.watched_piper import WatchedPiper

NEVER = threading.Event()
DEADLINE_S = 20.0  # for a process to start, on a machine that tests everything else at once
Start = Callable[..., WatchedPiper]


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def start(notices: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a fake that behaves as it is told; all of them are stopped in the end."""
    started: list[WatchedPiper] = []
    monkeypatch.setattr(module, "RESTART_FIRST_S", 0.01)

    def start_one(*how: str) -> WatchedPiper:
        fake = [sys.executable, "-m", "tests.providers.offline.fake_piper", *how]
        started.append(WatchedPiper(fake, notices.append))
        return started[-1]

    yield start_one
    for piper in started:
        piper.stop()


def test_a_piece_is_spoken(start: Start) -> None:
    piper = start("well")
    assert piper.wait_until_warm(DEADLINE_S)
    for job in (1, 1, 2):
        assert len(piper.say(job, "Hello.", NEVER, DEADLINE_S)) == 24_000


def test_a_piece_that_comes_too_late_is_given_up_and_the_process_is_not(
    start: Start, notices: list[str]
) -> None:
    piper = start("late")
    assert piper.wait_until_warm(DEADLINE_S)
    with pytest.raises(ProviderError, match=r"nothing within 0\.1 s") as caught:
        piper.say(1, "Hello.", NEVER, 0.1)
    assert caught.value.category is FailureCategory.TIMED_OUT
    assert piper.wait_while(module.State.LATE, DEADLINE_S)
    assert piper.is_ready()
    assert notices == []


def test_one_that_does_not_even_stop_is_replaced(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    piper = start("hangs")
    assert piper.wait_until_warm(DEADLINE_S)
    with pytest.raises(ProviderError):
        piper.say(1, "Hello.", NEVER, 0.1)
    with pytest.raises(ProviderError, match="late with an earlier sentence"):
        piper.say(2, "Hello.", NEVER, 0.1)
    monkeypatch.setattr(module, "HANGS_AFTER_S", 0.0)
    assert not piper.is_ready()
    assert piper.wait_while(module.State.LATE, DEADLINE_S)
    assert piper.wait_while(module.State.DOWN, DEADLINE_S)
    assert piper.wait_until_warm(DEADLINE_S)


def test_one_that_never_gets_warm_is_replaced(
    start: Start, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WARM_DEADLINE_S", 0.0)
    piper = start("never warm")
    assert not piper.wait_until_warm(0.5)
    assert not piper.is_ready()
    assert piper.wait_while(module.State.STARTING, DEADLINE_S)
    with pytest.raises(ProviderError):
        piper.say(1, "Hello.", NEVER, DEADLINE_S)


def test_one_that_dies_in_mid_sentence_is_named_at_once_and_replaced(
    start: Start, notices: list[str], tmp_path: Path
) -> None:
    piper = start("dies once", str(tmp_path / "died"))
    assert piper.wait_until_warm(DEADLINE_S)
    with pytest.raises(ProviderError, match="ended in mid-sentence") as caught:
        piper.say(1, "Hello.", NEVER, DEADLINE_S)
    assert caught.value.category is FailureCategory.SESSION_CLOSED
    assert piper.wait_while(module.State.DOWN, DEADLINE_S)
    assert piper.wait_until_warm(DEADLINE_S)
    assert len(piper.say(2, "Hello.", NEVER, DEADLINE_S)) == 24_000
    assert notices == ["Piper ended with status 3; espeak-ng speaks until it is back"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("nonsense", "a frame of 4294967295 bytes"),
        ("unasked", "a Done that nobody asked for"),
        ("endless", "more sound than a piece can have"),
    ],
)
def test_nonsense_ends_the_process_and_not_the_worker(
    start: Start, notices: list[str], how: str, words: str
) -> None:
    piper = start(how)
    assert piper.wait_until_warm(DEADLINE_S)
    with pytest.raises(ProviderError, match="ended in mid-sentence"):
        piper.say(1, "Hello.", NEVER, DEADLINE_S)
    assert piper.wait_while(module.State.DOWN, DEADLINE_S)
    assert words in notices[0]


def test_a_piece_that_cannot_be_spoken_fails_alone(start: Start) -> None:
    piper = start("broken")
    assert piper.wait_until_warm(DEADLINE_S)
    with pytest.raises(ProviderError, match="no such phoneme"):
        piper.say(1, "Hello.", NEVER, DEADLINE_S)
    assert piper.is_ready()


def test_one_that_cannot_start_says_why_and_is_not_tried_again(start: Start, notices: list[str]) -> None:
    piper = start("cannot start")
    assert not piper.wait_until_warm(DEADLINE_S)
    with pytest.raises(ProviderError, match="gone for good"):
        piper.say(1, "Hello.", NEVER, DEADLINE_S)
    assert notices == ["Piper cannot be loaded: no model; espeak-ng speaks instead"]


def test_a_program_that_is_not_there_is_no_crash(notices: list[str]) -> None:
    piper = WatchedPiper(["/nonexistent"], notices.append)
    assert not piper.wait_until_warm(DEADLINE_S)
    piper.stop()
    assert notices[0].startswith("Piper cannot be started: No such file or directory")


def test_what_is_cancelled_before_it_begins_is_not_begun(start: Start) -> None:
    piper = start("hangs")
    assert piper.wait_until_warm(DEADLINE_S)
    cancelled = threading.Event()
    cancelled.set()
    assert len(piper.say(1, "Hello.", cancelled, DEADLINE_S)) == 0


def test_what_is_cancelled_in_the_middle_ends_at_once(start: Start) -> None:
    piper = start("late")
    assert piper.wait_until_warm(DEADLINE_S)
    said: list[int] = []
    speaking = threading.Thread(target=lambda: said.append(len(piper.say(7, "Hello.", NEVER, DEADLINE_S))))
    speaking.start()
    assert piper.wait_while(module.State.WARM, DEADLINE_S)
    piper.break_off(6)  # somebody else's
    piper.break_off(7)
    speaking.join(DEADLINE_S)
    assert said == [0]
    assert piper.is_ready()


def test_pauses_between_starts_grow_and_stay_bounded() -> None:
    pauses_s = [restart_pause_s(failures) for failures in range(1, 2_000)]
    assert pauses_s[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses_s == sorted(pauses_s)
    assert pauses_s[-1] == 60.0


def test_piper_is_imported_by_its_own_process_alone() -> None:
    code = (
        "import sys, appliance.providers.offline.worker;"
        "print(sorted({'piper', 'appliance.providers.offline.piper_child'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stdout == b"[]\n"


def test_without_the_package_the_process_says_so_and_ends(tmp_path: Path) -> None:
    model = tmp_path / "voice.onnx"
    notices: list[str] = []
    piper = WatchedPiper(module.command_of(model), notices.append)
    assert not piper.wait_until_warm(DEADLINE_S)
    piper.stop()
    assert notices[0].startswith("Piper cannot be loaded: ")
