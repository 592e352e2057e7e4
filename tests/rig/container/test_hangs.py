"""What stands still is not left standing: whichever part hangs, it hears again within half a minute."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.rig.cable import SPEAKER_RATE_HZ
from tests.rig.container.appliance import Appliance
from tests.rig.container.machine import Container
from tests.rig.loudness import was_spoken
from tests.rig.results import Results

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]

ARMED_S = 30.0
# A question takes 1.5 s to ask and 3 s to answer; asked again when it was not heard.
ANSWER_S = 8.0
LISTEN_EVERY_S = 0.1
# Threads that only help at the start have ended by then.
LASTING_S = 3.0
FREEZE = Path(__file__).with_name("freeze.py").read_text(encoding="utf-8")
DEVICE_PROCESS = "appliance.audio.device_process"


@contextmanager
def frozen(container: Container, *threads: int) -> Iterator[float]:
    """The first of these threads that still lives stands still, and the rest of its process does not; since
    when (monotonic)."""
    freezer = container.start("python3", "-c", FREEZE, *map(str, threads))
    assert freezer.stdout is not None
    with freezer, freezer.stdout:
        try:
            told = freezer.stdout.readline()
            assert told == "frozen\n", told + freezer.stdout.read()
            yield time.monotonic()
        finally:
            freezer.kill()


def answers_again(appliance: Appliance, question: Path, since_s: float, process: int) -> float:
    """Ask until an answer is heard; how long after `since_s` it was armed, 0 when it never was otherwise.

    By ear and not by the journal: what stands still may be the thread that writes there, and who waits for
    the journal answers all the same.
    """
    while not heard_to_answer(appliance, question):
        assert time.monotonic() < since_s + 2 * ARMED_S, f"frozen at {since_s:.1f}: {appliance.words()}"
    state = appliance.state
    return 0.0 if state.main_process == process else state.armed_s - since_s


def heard_to_answer(appliance: Appliance, question: Path) -> bool:
    """Whether the question is answered aloud within ANSWER_S."""
    with appliance.cable.listening() as ear:
        appliance.cable.speak(question)
        deadline_s = time.monotonic() + ANSWER_S
        while not was_spoken(ear.heard, SPEAKER_RATE_HZ):
            if time.monotonic() > deadline_s:
                return False
            time.sleep(LISTEN_EVERY_S)
    return True


def test_a_stopped_process_is_replaced(appliance: Appliance, often: int, results: Results) -> None:
    took_s = []
    for _ in range(often):
        stopped_s = appliance.kill("STOP")
        took_s.append(appliance.armed(after_s=stopped_s).armed_s - stopped_s)
    results.seconds("SIGSTOP of the daemon → armed again", took_s, ARMED_S)


def test_a_daemon_whose_loop_stands_still_is_replaced(
    appliance: Appliance, often: int, results: Results
) -> None:
    took_s = []
    for _ in range(often):
        with frozen(appliance.container, appliance.state.main_process) as since_s:
            took_s.append(appliance.armed(after_s=since_s).armed_s - since_s)
    results.seconds("the daemon's first thread stands still → armed again", took_s, ARMED_S)


def test_whichever_thread_stands_still_it_answers_again(
    appliance: Appliance, question: Path, often: int, results: Results
) -> None:
    took_s = []
    chance = random.Random(5)
    for _ in range(often):
        process = appliance.state.main_process
        time.sleep(LASTING_S)
        threads = map(int, appliance.container.run("ls", f"/proc/{process}/task").stdout.split())
        others = [thread for thread in threads if thread != process]
        chance.shuffle(others)
        with frozen(appliance.container, *others) as since_s:
            took_s.append(answers_again(appliance, question, since_s, process))
    results.seconds("another of its threads, by chance, stands still → armed again", took_s, ARMED_S)


def test_a_device_process_that_hangs_is_replaced(
    appliance: Appliance, question: Path, often: int, results: Results
) -> None:
    took_s = []
    for turn in range(often):
        process = appliance.state.main_process
        hanging = sorted(pid for pid, line in appliance.processes().items() if DEVICE_PROCESS in line)
        known = len(appliance.events("device"))
        appliance.container.run("sh", "-c", f"kill -STOP {hanging[turn % len(hanging)]}")
        since_s = time.monotonic()
        back = appliance.wait_for_event("device", known, state="ready")
        took_s.append(int(back["__MONOTONIC_TIMESTAMP"]) / 1_000_000 - since_s)
        answers_again(appliance, question, since_s, process)
        assert appliance.state.main_process == process, "it was healed without a restart"
    results.seconds("a sound device that hangs → open again, same daemon", took_s, ARMED_S)
