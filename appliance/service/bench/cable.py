"""`bench --cable`: the whole loopback test, from measuring the cable to writing the card."""

import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance import __version__
from appliance.errors import ApplianceError, DeviceError, Fault
from appliance.panel.pins import pin_factory
from appliance.service.bench.card import Hardware, card_svg, card_text
from appliance.service.bench.folder import Mark, marks_in, recording_in
from appliance.service.bench.replug import replug
from appliance.service.bench.results import Row, Run, rows_of
from appliance.service.bench.under_test import SOCKET, environment
from appliance.service.bench.utterances import INTERRUPTION, QUESTION, utterance
from appliance.service.bench.wires import PRESSES, Wires, button_row
from appliance.service.control.client import converse
from appliance.service.control.controls import Status
from appliance.service.control.requests import make_request
from appliance.service.doctor.daemon import ask_daemon, holds_devices
from appliance.service.doctor.learnt import Learnt
from appliance.service.doctor.measuring import Measured, measure_devices
from appliance.service.panel.panel_pins import panel_options
from appliance.settings import Settings

# Opening two devices, loading the detector and saying that it is ready takes a Pi some seconds.
_START_S: Final = 30.0
# An answered question takes 8 s, one that is talked over 14; and none more than three timeouts of 15 s.
_TURN_S: Final = 50.0
_LOOK_EVERY_S: Final = 0.1
_END_S: Final = 5.0


class BenchError(ApplianceError):
    """The test cannot be run as things are; the text says what to do."""

    fault = Fault.OWNER
    exit_code = 1


@dataclass(frozen=True, slots=True)
class CableOptions:
    """`out`: the card's path, without suffix. `wires`: the pins (BCM) that are wired to the button's and to
    the light's. `arguments`: --config and --set, for the daemon under test.
    `socket` is where an appliance would answer that holds the devices already."""

    out: Path
    questions: int
    interruptions: int
    replug: bool
    wires: tuple[int, int] | None
    arguments: Sequence[str]
    socket: Path


def run_cable_bench(settings: Settings, options: CableOptions, tell: Callable[[str], None]) -> int:
    """Measure, print nothing but through `tell`, and write the card; 0 when every promise was kept, else 1.

    Raises BenchError and DeviceError.
    """
    if holds_devices(ask_daemon(options.socket)):
        raise BenchError(
            "the appliance runs and holds the devices: `sudo systemctl stop voice-appliance` first"
        )
    for text in (QUESTION, INTERRUPTION):
        utterance(text, 16_000)  # without a voice there is no test
    tell("The cable is measured (10 s) …")
    measured = _measure_cable(settings)
    assert measured.learnt is not None
    with tempfile.TemporaryDirectory(prefix="appliance-bench-") as place:
        folder = Path(place)
        rows = _run_daemon(settings, options, measured.learnt, folder, tell)
    hardware = _hardware(measured.microphone, measured.loudspeaker)
    options.out.with_suffix(".txt").write_text(card_text(hardware, rows), encoding="utf-8")
    options.out.with_suffix(".svg").write_text(card_svg(hardware, rows), encoding="utf-8")
    tell(f"\n{card_text(hardware, rows)}")
    tell(f"The card is in {options.out.with_suffix('.svg')} and {options.out.with_suffix('.txt')}.")
    return 0 if all(row.kept is not False for row in rows) else 1


def _measure_cable(settings: Settings) -> Measured:
    audio = settings.audio
    measured = measure_devices(audio.input.device, audio.output.device)
    if measured.learnt is None or measured.learnt.echo is None:
        raise BenchError(
            f"{measured.microphone!r} hears nothing of what {measured.loudspeaker!r} plays: is the cable"
            " plugged from output to input, and are both levels up (`alsamixer`)?"
        )
    return measured


def _run_daemon(
    settings: Settings, options: CableOptions, learnt: Learnt, folder: Path, tell: Callable[[str], None]
) -> list[Row]:
    turns = f"{options.questions} questions, and {options.interruptions} that are talked over"
    tell(f"A voice asks {turns} …")
    command = [sys.executable, "-m", "appliance", "bench", "--under-test", str(folder)]
    command += ["--questions", str(options.questions), "--interruptions", str(options.interruptions)]
    with subprocess.Popen(
        [*command, *options.arguments],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=(folder / "stderr").open("wb"),
    ) as daemon:
        try:
            _await_end(daemon, folder, options)
            more = [replug(folder, tell)] if options.replug else []
            more += [_press(settings, options.wires, folder / SOCKET, tell)] if options.wires else []
            answer = ask_daemon(folder / SOCKET)
        finally:
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(_END_S)
            except subprocess.TimeoutExpired:
                daemon.kill()
    if not isinstance(answer, Status):
        raise BenchError(f"the daemon under test does not tell its counters: {answer}")
    return [*rows_of(_run(settings, folder, answer.counters), learnt), *more]


def _press(settings: Settings, pins: tuple[int, int], socket: Path, tell: Callable[[str], None]) -> Row:
    """Over the jumper wires."""
    tell(f"The button is pressed {PRESSES} times (1 min) …")

    def stop() -> None:
        with suppress(ApplianceError):  # there is nothing to stop in idle
            list(converse(socket, make_request({"do": "stop"})))

    wires = Wires(pin_factory(), panel_options(settings.panel), *pins)
    try:
        return button_row(wires, stop)
    finally:
        wires.close()


def _await_end(daemon: "subprocess.Popen[bytes]", folder: Path, options: CableOptions) -> list[Mark]:
    """Every mark, once the person has said everything."""
    deadline_s = time.monotonic() + _START_S + _TURN_S * (options.questions + options.interruptions)
    while time.monotonic() < deadline_s:
        marks = marks_in(folder)
        if marks and marks[-1]["mark"] == "done":
            return marks
        if daemon.poll() is not None:
            said = (folder / "stderr").read_text(errors="replace").strip().splitlines()
            raise DeviceError(f"the daemon under test ended: {said[-1] if said else daemon.returncode}")
        time.sleep(_LOOK_EVERY_S)
    raise BenchError("the daemon under test does not get on; `appliance doctor` may say why")


def _run(settings: Settings, folder: Path, counters: Mapping[str, int | float]) -> Run:
    marks = marks_in(folder)
    rate_hz = next(mark["capture_hz"] for mark in marks if mark["mark"] == "devices")
    return Run(
        recording_in(folder),
        rate_hz,
        marks,
        counters,
        utterance(QUESTION, rate_hz),
        utterance(INTERRUPTION, rate_hz),
        settings.hearing.end_silence_ms,
    )


def _hardware(microphone: str, loudspeaker: str) -> Hardware:
    try:
        model = Path("/proc/device-tree/model").read_text(errors="replace").strip("\0 \n")
    except OSError:
        model = f"a machine with {os.cpu_count()} cores ({platform.machine()})"
    system = f"{platform.freedesktop_os_release().get('PRETTY_NAME', 'Linux')}, kernel {platform.release()}"
    today = datetime.now(UTC).date().isoformat()
    return Hardware(model, system, microphone, loudspeaker, __version__, today)
