"""One machine with a kernel of its own, on which the appliance was installed, and a room round its cards."""

import base64
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_from_bytes
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from tests.rig.container.appliance import UNIT
from tests.rig.container.conftest import (
    INSTALL_TIMEOUT_S,
    OFFLINE_IN_IT,
    SOURCE_IN_IT,
    gathered,
    scratch,
)
from tests.rig.kernel.disk import kernel_layer, make_image, put_rig_into
from tests.rig.kernel.lgpio import lgpio_layer
from tests.rig.kernel.machine import Machine, why_unavailable
from tests.rig.results import FULL_VARIABLE, REQUIRED_VARIABLE, Results
from tests.rig.root import TRIXIE, RigUnavailable

HERE = Path(__file__).parent
CLONE = HERE.parents[2]
ROOM = "/run/rig"
LOOPBACK = "/sys/bus/platform/drivers/snd_aloop"
EDGES = "/run/rig-chip/edges"
DRIVE = "/run/rig-chip/drive"
# What most hardware has, and some has only. It is no rate that the appliance itself would choose.
CARD_HZ = 48_000
BUTTON, LAMP = 4, 5
# In its time. One processor starts the machine and all of the appliance at once.
PATIENCE_S = 120.0
_LOOK_EVERY_S = 1.0

# gpiozero asks there which pins the machine has: those of a Raspberry Pi 4.
_DROP_IN: Final = """\
[Unit]
Wants=rig-chip.service rig-room.service
After=rig-chip.service rig-room.service
[Service]
BindReadOnlyPaths=/srv/rig/cpuinfo:/proc/cpuinfo
"""
_CPUINFO = "processor\t: 0\nmodel name\t: emulated\n\nRevision\t: c03112\n"
_CONFIGURATION = f"""\
[hearing]
no_speech_s = 1  # what the button opens is soon closed again
[audio.input]
device = "Loopback: PCM (hw:CARD=Mic,DEV=1)"
[audio.output]
device = "Loopback: PCM (hw:CARD=Spk,DEV=0)"
[audio.echo]
cancel = "off"  # no sound of the one card reaches the other
[panel]
pins = "on"
button = {BUTTON}
light = "led"
led = {LAMP}
"""
_CHIP_UNIT = """\
[Service]
WorkingDirectory=/srv/rig
ExecStart=/usr/bin/python3 -m tests.rig.kernel.chip /run/rig-chip
ExecStartPost=/bin/sh -c "until [ -e /dev/gpiochip0 ]; do sleep 0.1; done"
RuntimeDirectory=rig-chip
"""
_ROOM_UNIT = """\
[Service]
WorkingDirectory=/srv/rig
EnvironmentFile=/etc/rig-rates
ExecStart=/usr/bin/python3 -m tests.rig.kernel.room /run/rig $MIC_HZ $SPK_HZ
"""
_RATES: Final = "MIC_HZ={microphone_hz}\nSPK_HZ={loudspeaker_hz}\n"


@dataclass(frozen=True)
class House:
    """The machine, and the room that its cards are in."""

    machine: Machine

    def wait_until_armed(self) -> None:
        """Until systemd says that it can hear."""
        self.wait_for("armed", lambda: self._property("ActiveState") == "active")

    def wait_for(self, what: str, reached: Callable[[], bool]) -> None:
        """Until `reached()`."""
        deadline_s = self.machine.now_s() + PATIENCE_S
        while not reached():
            assert self.machine.now_s() < deadline_s, f"not {what} in {PATIENCE_S} s: {self.words()}"
            time.sleep(_LOOK_EVERY_S)

    def furnish(self, microphone_hz: int, loudspeaker_hz: int) -> None:
        """Another room, in which the cards have these rates and no other; the appliance starts anew."""
        rates = _RATES.format(microphone_hz=microphone_hz, loudspeaker_hz=loudspeaker_hz)
        self.machine.run("sh", "-c", "cat >/etc/rig-rates", given=rates)
        self.machine.run("systemctl", "stop", UNIT)
        self.machine.run("systemctl", "restart", "rig-room.service")
        self.machine.run("systemctl", "start", "--no-block", UNIT)
        self.wait_until_armed()

    def wait_until_offline_is_ready(self) -> None:
        """Until somebody would answer."""
        self.wait_for("ready", lambda: self.events("provider")[-1]["APPLIANCE_LINK"] == "ready")

    def ask(self, microphone_hz: int = CARD_HZ) -> Pcm:
        """Ask "What time is it?" in the room, and be what was heard until the answer was over."""
        self.wait_until_offline_is_ready()
        answered, before = len(self.events("answer_done")), len(self.heard())
        waiting = f"{ROOM}/say.part"
        self.machine.run(
            "sh", "-ec", f"cp {question_at(microphone_hz)} {waiting}; mv {waiting} {ROOM}/say.raw"
        )
        self.wait_for("answered", lambda: len(self.events("answer_done")) > answered)
        return self.heard()[before:]

    def heard(self) -> Pcm:
        """What the loudspeaker played so far."""
        told = self.machine.run("base64", "--wrap=0", f"{ROOM}/heard.raw").stdout
        data = base64.b64decode(told)
        return pcm_from_bytes(data[: len(data) // 2 * 2])

    def events(self, name: str) -> list[dict[str, Any]]:
        """What the appliance told the journal, oldest first."""
        return self.machine.journal(f"--unit={UNIT}", f"APPLIANCE_EVENT={name}")

    @property
    def main_process(self) -> int:
        """Of the unit, as systemd has it."""
        return int(self._property("MainPID"))

    def words(self) -> str:
        """The last that it said, for people."""
        return self.machine.run(
            "journalctl", f"--unit={UNIT}", "--lines=40", "--output=short-monotonic"
        ).stdout

    def _property(self, name: str) -> str:
        return self.machine.run("systemctl", "show", UNIT, f"--property={name}", "--value").stdout.strip()


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """The machine, switched on, with the appliance armed in it. Skips where none can be emulated."""
    try:
        if (reason := why_unavailable()) is not None:
            raise RigUnavailable(reason)
        kernel, pins = kernel_layer(TRIXIE), lgpio_layer(TRIXIE)
    except RigUnavailable as unavailable:
        if REQUIRED_VARIABLE in os.environ:
            raise
        pytest.skip(f"no machine with a kernel of its own here: {unavailable}")
    with gathered(TRIXIE) as materials, scratch() as folder:
        with materials.container(kernel) as container:
            container.boot()
            container.run(
                f"{SOURCE_IN_IT}/install.sh", "--offline", OFFLINE_IN_IT, timeout_s=INSTALL_TIMEOUT_S
            )
            container.power_off()
            (container.disk / "etc/asound.conf").unlink()  # from here on it has cards of its own
            put_rig_into(folder / "rig", files())
            layers = [folder / "rig", container.disk, pins, kernel, materials.root]
            image = make_image(layers, folder / "image")
        with Machine(folder / "machine", image, folder / "image") as machine:
            house = House(machine)
            house.wait_until_armed()
            yield house


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Results:
    """Where this test's numbers go."""
    return Results(request.node.nodeid)


@pytest.fixture
def whole() -> bool:
    """As often as is promised; CI has time for once."""
    return FULL_VARIABLE in os.environ


def question_at(rate_hz: int) -> str:
    """Where the question lies in the machine, at that rate."""
    return f"/srv/rig/question-{rate_hz}.raw"


def files() -> dict[str, bytes]:
    """What the disk has beside the appliance: path there → content."""
    programs = [*HERE.parent.glob("*.py"), *HERE.glob("*.py")]
    texts = {
        "etc/systemd/system/voice-appliance.service.d/rig.conf": _DROP_IN,
        "etc/voice-appliance/config.toml": _CONFIGURATION,
        "etc/systemd/system/rig-chip.service": _CHIP_UNIT,
        "etc/systemd/system/rig-room.service": _ROOM_UNIT,
        "etc/rig-rates": _RATES.format(microphone_hz=CARD_HZ, loudspeaker_hz=CARD_HZ),
        "srv/rig/cpuinfo": _CPUINFO,
    }
    found = {f"srv/rig/{path.relative_to(CLONE)}": path.read_bytes() for path in programs}
    found |= {name: text.encode() for name, text in texts.items()}
    for rate_hz in (NEAR_RATE_HZ, CARD_HZ):
        question = synthesize("What time is it?", QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, rate_hz)
        found[question_at(rate_hz).removeprefix("/")] = question.tobytes()
    return found
