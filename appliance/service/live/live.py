"""The speaker itself: a real microphone, a real loudspeaker, until SIGINT or SIGTERM."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from appliance.audio.devices import KeepOn
from appliance.audio.process_link import NotWanted
from appliance.errors import ConfigurationError
from appliance.service.control.claim import claimed
from appliance.service.control.place import server_path
from appliance.service.control.server import answering
from appliance.service.detectors import load_detector, report_warning
from appliance.service.ending import Ending, Why
from appliance.service.event_log import Listener
from appliance.service.handover import Handover, find, take_microphone
from appliance.service.handover import leave as leave_behind
from appliance.service.line_writer import LineWriter
from appliance.service.live.live_loop import LiveLoop
from appliance.service.live.live_sound import Devices, open_devices
from appliance.service.log_target import open_log
from appliance.service.means import Means
from appliance.service.memory.memory import spare_memory
from appliance.service.memory.state import open_state
from appliance.service.memory.state_lock import StateUse
from appliance.service.metrics.port import offering
from appliance.service.network.name_resolver import patient_loop
from appliance.service.notify import Notifier
from appliance.service.panel.panel_pins import open_hardware
from appliance.service.plugin_check import check_plugins
from appliance.service.providers.provider_list import ProviderList
from appliance.service.reload import Reload
from appliance.service.start_anew import RELOAD_SIGNAL, has_terminal, hold_back, let_through, start_anew
from appliance.service.wake_words import load_wake_word
from appliance.settings import Settings


def run_live(
    settings: Settings,
    leave: Callable[[Exception], NoReturn],
    socket: Path | None = None,
    show: Listener | None = None,
    state: Path | None = None,
    *,
    wait_for_devices: bool = False,
    means: Means = Means(),  # noqa: B008  immutable
    load_again: Callable[[], Settings] | None = None,
) -> NoReturn:
    """Be the speaker until SIGINT or SIGTERM, which end the process within 2 s, with exit code 0.

    The events go to the journal, or to standard output where that is something else, without what was said
    unless the settings want that; with `show` they go there instead, with it. It answers on the control
    socket at `socket`, or where it is looked for by itself, and keeps what outlives it in the directory
    `state`, or in its usual place.
    `leave` is called with what it cannot go on after, and ends the process at once: AlreadyRunning where
    another one answers, DeviceError when a device cannot be opened at the start (one that is lost later
    is an event, and opened again), or a fault of ours. With `wait_for_devices` a device that cannot be opened
    at the start is lost like any other: it says so, and goes on trying.
    With `load_again`, which gives the settings as they are by now or raises ConfigurationError, SIGHUP has
    them applied in the next quiet moment (see Reload), where it was not started from a terminal.
    """
    spare_memory()
    options = _Options(settings, show, state, wait_for_devices, means, load_again)
    with asyncio.Runner(loop_factory=patient_loop) as runner:
        runner.run(_run_and_leave(options, leave, socket))


@dataclass(frozen=True, slots=True)
class _Options:
    """As `run_live` is given them."""

    settings: Settings
    show: Listener | None
    state_folder: Path | None
    wait_for_devices: bool
    means: Means
    load_again: Callable[[], Settings] | None

    def check_again(self) -> None:
        """Raises ConfigurationError where the settings as they are by now cannot be used, or where somebody
        would lose his key who has it."""
        if self.load_again is None:
            raise ConfigurationError(["it was started without a configuration that could change"])
        settings = self.load_again()
        check_plugins(settings)
        before, after = (self.means.list_providers(one, os.environ) for one in (self.settings, settings))
        if lost := [sentence for sentence in after.keyless if sentence not in before.keyless]:
            raise ConfigurationError(lost)


async def _run_and_leave(
    options: _Options, leave: Callable[[Exception], NoReturn], socket: Path | None
) -> NoReturn:
    """The loop itself would wait for every thread at its end, and a name look-up in a dead network holds
    one for longer than the 2 s that we may take."""
    try:
        handed = find(os.environ)
        environment = await _run(options, server_path(socket, os.environ), handed)
        if environment is not None:
            start_anew(environment)
    except Exception as error:  # noqa: BLE001  the outermost frame: whatever it is, nobody waits
        leave(error)
    os._exit(0)


@dataclass(frozen=True, slots=True)
class _Process:
    """What the process has before it touches a device."""

    held: ExitStack  # let go at its end, the last one first
    out: LineWriter
    tell_owner: Callable[[str], None]
    ending: Ending
    notifier: Notifier
    reload: Reload
    handed: Handover | None
    state_use: StateUse


async def _run(options: _Options, socket: Path, handed: Handover | None) -> Mapping[str, str] | None:
    """Returns what the environment of the next program has to hold, where there is to be one."""
    loop = asyncio.get_running_loop()
    notifier = Notifier.from_environment(os.environ)
    ending = Ending(notifier)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.wish)
    providers = options.means.list_providers(options.settings, os.environ)
    with ExitStack() as held:
        out, err = (held.enter_context(LineWriter(stream)) for stream in (sys.stdout, sys.stderr))

        def tell_owner(sentence: str) -> None:
            err.write(f"appliance: {sentence}\n")

        for sentence in providers.shortfalls:
            tell_owner(sentence)
        reload = Reload(options.check_again, notifier, tell_owner)
        by_signal = options.load_again is not None and not has_terminal()
        loop.add_signal_handler(RELOAD_SIGNAL, reload.wish if by_signal else ending.wish)
        let_through()
        listener = held.enter_context(claimed(socket))  # before a device is touched that another one uses
        process = _Process(held, out, tell_owner, ending, notifier, reload, handed, StateUse(os.environ))
        held.callback(process.state_use.end)
        with suppress(NotWanted):  # asked to stop before it could begin
            live = await _begin(options, providers, process)
            async with (
                answering(listener, live.controls),
                offering(options.settings.metrics, live.controls.status, tell_owner),
            ):
                handover = await live.run()
            if handover is not None:
                await hold_back()
                if ending.why is not Why.WISHED:  # meanwhile
                    return {**notifier.environment, **leave_behind(handover), **process.state_use.leave()}
    return None


async def _begin(options: _Options, providers: ProviderList, process: _Process) -> LiveLoop:
    """With pins, devices, log and state, which `process` holds. Raises DeviceError, or NotWanted."""
    settings, held, tell_owner = options.settings, process.held, process.tell_owner
    pins: list[str] = []  # of a start that fails for something else they are no news
    hardware = open_hardware(settings.panel, os.environ, pins.append)
    held.callback(hardware.close)
    warnings: list[str] = []
    devices, detector, wake_word = await asyncio.gather(
        _open_devices(options, process.handed, lambda: not process.ending.begun.is_set()),
        asyncio.to_thread(load_detector, settings.hearing.detector, warnings.append),
        asyncio.to_thread(load_wake_word, settings, warnings.append),
    )
    for reason in filter(None, (devices.deaf, devices.mouthless)):
        tell_owner(f"{reason}; it goes on trying")
    for sentence in pins:
        tell_owner(sentence)
    log = held.enter_context(open_log(process.out, options.show, os.environ))
    for warning in warnings:
        report_warning(log, warning)
    state = open_state(options.state_folder, os.environ, tell_owner)
    held.callback(state.close)
    await asyncio.to_thread(process.state_use.begin, state.folder, tell_owner)
    return LiveLoop(
        settings,
        providers,
        devices,
        detector,
        log,
        process.ending,
        tell_owner,
        options.show is not None or settings.journal.transcripts,
        state,
        process.notifier,
        hardware,
        process.reload,
        process.handed,
        wake_word,
    )


async def _open_devices(options: _Options, handed: Handover | None, keep_on: KeepOn) -> Devices:
    """As `Means.open_devices`, with the microphone that was left. No reload ends for want of a device."""
    settings = options.settings
    if handed is None:
        return await options.means.open_devices(settings, keep_on, wait=options.wait_for_devices)
    microphone = take_microphone(handed, settings.audio.input.device)
    return await open_devices(settings, keep_on, wait=True, open_already=microphone)
