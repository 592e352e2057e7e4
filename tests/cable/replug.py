"""Unplug and replug a device in some phase of a conversation, and measure what becomes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.bench.stage import lay, tone, write_wav
from tests.cable.daemon import Daemon, daemon
from tests.recordings import recordings
from tests.rig.cable import SoundServer, VirtualCable
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer, in_order

# What is promised: the event after the unplug, and sound again after the replug.
EVENT_S, ARMED_S = 2.0, 5.0

# How long the device is away: longer than the longest wait between two tries.
AWAY_S = 2.5

# The earcon that says that it listens again, and the room after it, are not listened to.
_LEAD_MS = 1500.0


class Phase(StrEnum):
    """In which phase the device goes."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Replugged:
    """From the unplug to the event in the log; from the replug to the one that says it is ready."""

    event_s: float
    armed_s: float
    same_process: bool
    answered: bool


def unplug_and_replug(folder: Path, device: str, phase: Phase) -> Replugged:
    """Start a daemon and a conversation, unplug `device` in `phase`, plug it in again, ask something."""
    first = Answer(tone(6.0), delay_s=3.0 if phase is Phase.THINKING else 0.0)
    with (
        VirtualCable(folder) as cable,
        SimulatorThread(in_order(first, Answer(tone(1.0)))) as simulator,
        daemon(cable, simulator.url, "audio.echo.cancel=off") as running,
    ):
        _WAYS[phase](cable, running, folder)
        server: SoundServer = getattr(cable, device)
        server.unplug()
        unplugged_s = time.monotonic()
        lost = running.wait_for("device", device=device, state="lost")
        time.sleep(max(unplugged_s + AWAY_S - time.monotonic(), 0))
        server.plug()
        plugged_s = time.monotonic()
        ready = running.wait_for("device", device=device, state="ready")
        return Replugged(
            lost.came_s - unplugged_s,
            ready.came_s - plugged_s,
            running.process.poll() is None,
            _answers(cable, running, folder),
        )


def _answers(cable: VirtualCable, running: Daemon, folder: Path) -> bool:
    """Ask, until a question is answered: the first one may meet what was left of the conversation."""
    for _ in range(2):
        asked = len(running.lines)
        cable.speak(_question(folder))
        deadline_s = time.monotonic() + 8
        while time.monotonic() < deadline_s:
            time.sleep(0.1)
            since = [line.event for line in running.lines[asked:]]
            opened = {event["turn"] for event in since if event["event"] == "turn_opened"}
            if any(event["event"] == "answer_audible" and event["turn"] in opened for event in since):
                return True
    return False


def _listen(cable: VirtualCable, running: Daemon, folder: Path) -> None:
    cable.start_speaking(_speech(folder))
    running.wait_for("phase", to="listening")


def _think(cable: VirtualCable, running: Daemon, folder: Path) -> None:
    cable.start_speaking(_question(folder))
    running.wait_for("turn_committed")


def _speak(cable: VirtualCable, running: Daemon, folder: Path) -> None:
    cable.start_speaking(_question(folder))
    running.wait_for("answer_audible")


def _interrupt(cable: VirtualCable, running: Daemon, folder: Path) -> None:
    _speak(cable, running, folder)
    cable.start_speaking(_speech(folder))
    time.sleep(_LEAD_MS / 1000 + 0.3)  # the log tells a second later, and the phase lasts less


_WAYS: dict[Phase, Callable[[VirtualCable, Daemon, Path], None]] = {
    Phase.IDLE: lambda cable, running, folder: None,
    Phase.LISTENING: _listen,
    Phase.THINKING: _think,
    Phase.SPEAKING: _speak,
    Phase.INTERRUPTED: _interrupt,
}


def _question(folder: Path) -> Path:
    pcm, _ = lay([recordings()[3]], [_LEAD_MS])
    write_wav(folder / "question.wav", pcm)
    return folder / "question.wav"


def _speech(folder: Path) -> Path:
    """Several sentences without a pause that would end the turn."""
    pcm, _ = lay(recordings()[3:6], [_LEAD_MS, 200.0, 200.0])
    write_wav(folder / "speech.wav", pcm)
    return folder / "speech.wav"
