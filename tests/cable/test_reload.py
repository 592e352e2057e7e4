"""SIGHUP applies a changed configuration: no turn, no word and no mute is lost over it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from appliance.pcm.formats import Pcm
from tests.bench.stage import lay, tone, write_wav
from tests.cable.daemon import Daemon, daemon
from tests.cable.service_manager import ServiceManager
from tests.cable.test_control import CommandLine
from tests.recordings import recordings
from tests.rig.cable import VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

pytestmark = [pytest.mark.cable, pytest.mark.timeout(90)]

PATIENCE_S = 15.0

# Of the cable, on a machine that does other things as well: a gap makes a question longer.
JITTER_MS = 40.0


class Box:
    """A daemon that reads a file of settings, before a service manager."""

    def __init__(self, cable: VirtualCable, folder: Path, stack: ExitStack, answer: Answer) -> None:
        self.cable = cable
        self.appliance = CommandLine(cable)
        self._folder = folder
        self.configure("the old one")
        self.manager = stack.enter_context(ServiceManager(folder))
        self.simulator = stack.enter_context(SimulatorThread(answer))
        self.running: Daemon = stack.enter_context(
            daemon(
                cable,
                self.simulator.url,
                "audio.echo.cancel=off",
                environment=self.manager.environment,
                config=folder / "config.toml",
            )
        )
        self.manager.wait_for("READY=1", PATIENCE_S)

    def configure(self, who: str, more: str = "") -> None:
        """Write the settings."""
        text = f'[conversation]\ninstructions = "You are {who}."\n{more}\n'
        (self._folder / "config.toml").write_text(text, encoding="utf-8")

    def reload(self) -> float:
        """Ask for them; when (monotonic)."""
        self.running.process.send_signal(signal.SIGHUP)
        return self.manager.wait_for("RELOADING=1\nMONOTONIC_USEC=", PATIENCE_S).came_s

    def ask(self, lead_ms: float = 300.0) -> None:
        """Ask something aloud, after a moment; returns when it is said."""
        pcm, _ = lay([recordings()[3]], [lead_ms])
        write_wav(self._folder / "question.wav", pcm)
        self.cable.speak(self._folder / "question.wav")

    @property
    def told(self) -> list[str]:
        """The instructions of each session, as the provider was told them, one after the other."""
        told = [
            update["instructions"] for update in self.simulator.record.updates if "instructions" in update
        ]
        return [one for one, before in zip(told, ["", *told], strict=False) if one != before]


def loud_ms(pcm24k: Pcm) -> float:
    """From the first loud sample to the last."""
    loud = np.flatnonzero(np.abs(pcm24k.astype(np.int32)) > 1000)
    return float(loud[-1] - loud[0]) / 24


@pytest.fixture
def make(cable: VirtualCable, tmp_path: Path) -> Iterator[Callable[[Answer], Box]]:
    with ExitStack() as stack:
        yield lambda answer: Box(cable, tmp_path, stack, answer)


def test_a_changed_configuration_is_applied_by_the_same_process_which_knows_what_was_said(
    make: Callable[[Answer], Box],
) -> None:
    box = make(Answer(tone(0.5), transcript="It is noon.", user_transcript="What time is it?"))
    box.ask()
    box.running.wait_for("answer_done")
    box.configure("the new one")
    began_s = box.reload()
    ready = box.manager.wait_for("READY=1", PATIENCE_S)
    box.running.wait_for("configuration", state="applied")
    box.ask()
    box.running.wait_for("answer_done")
    box.running.end()
    assert ready.came_s - began_s < 10.0
    assert box.told == ["You are the old one.", "You are the new one."]
    assert ("user", "What time is it?") in box.simulator.record.history
    assert len(box.simulator.record.turns) == 2
    assert box.simulator.record.violations == []


def test_a_turn_and_its_answer_are_awaited(make: Callable[[Answer], Box]) -> None:
    box = make(Answer(tone(3.0)))
    box.configure("the new one")
    box.ask()
    box.running.wait_for("turn_opened")
    box.reload()
    done = box.running.wait_for("answer_done", complete=True)
    assert done.event["heard_ms"] >= 2900
    box.running.wait_for("configuration", state="applied")


def test_what_is_said_while_it_starts_anew_is_heard(make: Callable[[Answer], Box]) -> None:
    box = make(Answer(tone(0.5)))
    box.ask()
    box.running.wait_for("answer_done")
    box.configure("the new one")
    box.reload()
    box.running.wait_for("session", state="ended")
    time.sleep(0.2)  # in the middle of it
    box.ask(lead_ms=0.0)
    box.running.wait_for("answer_done")
    box.running.end()
    assert box.told[-1] == "You are the new one."
    before, meanwhile = box.simulator.record.turns
    assert loud_ms(meanwhile.pcm24k) >= loud_ms(before.pcm24k) - JITTER_MS


def test_a_mistake_is_told_and_the_old_settings_stay(make: Callable[[Answer], Box]) -> None:
    box = make(Answer(tone(0.5)))
    box.configure("the new one", "colour = 7")
    box.reload()
    refused = box.running.wait_for("configuration", state="refused")
    box.manager.wait_for("READY=1", PATIENCE_S)
    box.ask()
    box.running.wait_for("answer_done")
    box.running.end()
    assert "conversation.colour" in refused.event["reason"]
    assert box.told == ["You are the old one."]


def test_what_was_muted_stays_muted(make: Callable[[Answer], Box]) -> None:
    box = make(Answer(tone(0.5)))
    assert box.appliance("mute").returncode == 0
    box.running.wait_for("mute", muted=True)
    box.reload()
    box.running.wait_for("configuration", state="applied")
    box.ask()
    assert box.appliance("unmute").returncode == 0
    box.running.wait_for("mute", muted=False)
    box.running.end()
    assert box.simulator.record.appended_samples == 0
