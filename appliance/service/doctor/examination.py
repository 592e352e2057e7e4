"""All checks, one after the other."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.audio.cards import Direction
from appliance.audio.devices import list_devices
from appliance.errors import ApplianceError, ConfigurationError, DeviceError, InputFileError
from appliance.panel.pins import PiPlaces, is_a_pi
from appliance.service.control.controls import Status
from appliance.service.doctor import daemon, keys, machine, network, pins, sound
from appliance.service.doctor.acoustic_words import acoustic_findings, dead_microphone, not_measured
from appliance.service.doctor.finding import Finding, Verdict, broken, ok, poor, skipped
from appliance.service.doctor.learnt import Learnt
from appliance.service.doctor.learnt_file import keep, recall
from appliance.service.doctor.listening import listen, try_loudspeaker
from appliance.service.doctor.measuring import measure_devices
from appliance.service.doctor.peers import peers_of
from appliance.service.memory.state import StateDirectory
from appliance.service.plugin_check import check_plugins
from appliance.service.providers.provider_check import check_providers
from appliance.settings import Loaded, Settings

Busy = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. `load` reads the settings, or raises ConfigurationError.

    `silent`: nothing is played. `busy` is entered while something may take longer than a second, with what
    that is.
    """

    load: Callable[[], Loaded]
    environ: Mapping[str, str]
    socket: Path
    state_folder: Path
    silent: bool
    busy: Busy


def examine(patient: Patient) -> Iterator[Finding]:
    """Each finding as soon as it is known; a minute at most, and 10 s as a rule."""
    settings, findings = _configuration(patient)
    yield from findings
    with patient.busy("asking the appliance"):
        answer = daemon.ask_daemon(patient.socket)
        told = list(daemon.daemon_findings(answer, daemon.service_state()))
    yield from told
    yield sound.check_rights()
    yield pins.check_pins(settings.panel.pins, raspberry_pi=is_a_pi(PiPlaces()))
    yield machine.check_clock(
        datetime.now(UTC), machine.built_at(), synchronised=machine.clock_is_synchronised()
    )
    yield machine.check_state(patient.state_folder)
    yield machine.check_disk(patient.state_folder)
    yield machine.check_temperature()
    yield machine.check_power()
    with patient.busy("looking for the servers"):
        reached = network.check_network(tuple(peers_of(settings)))
    yield from reached
    yield from keys.check_keys(settings, patient.environ)
    if daemon.holds_devices(answer):
        yield from _acoustics_of_the_past(patient, settings, answer)
    else:
        yield from _sound(patient, settings)


def _configuration(patient: Patient) -> tuple[Settings, list[Finding]]:
    """The settings, or the built-in ones where they are wrong, so that the rest can be looked at."""
    name = "configuration"
    try:
        loaded = patient.load()
        check_plugins(loaded.settings)
        unmet = check_providers(loaded.settings)
    except ConfigurationError as error:
        return Settings(), [
            broken(name, mistake, "correct it; `appliance check-config` shows what is in force")
            for mistake in error.mistakes
        ]
    # of missing keys there is a finding of its own
    sentences = [warning for warning in (*loaded.warnings, *unmet) if "api_key: " not in warning]
    findings = [
        poor(name, sentence, "`appliance check-config` shows what is in force") for sentence in sentences
    ]
    return loaded.settings, findings or [ok(name, "it is understood")]


def _sound(patient: Patient, settings: Settings) -> Iterator[Finding]:
    audio = settings.audio
    configured = {Direction.CAPTURE: audio.input.device, Direction.PLAYBACK: audio.output.device}
    try:
        with patient.busy("looking for microphones and loudspeakers"):
            devices, _ = list_devices()
    except DeviceError as error:
        yield sound.unusable(error)
        return
    chosen = list(sound.check_chosen(devices, configured))
    yield from chosen
    usable = {finding.name for finding in chosen if finding.verdict is Verdict.OK}
    if Direction.CAPTURE.value not in usable:
        yield not_measured("there is no microphone", "see above")
    elif patient.silent or Direction.PLAYBACK.value not in usable:
        yield from _only_listen(patient, audio.input.device)
        if Direction.PLAYBACK.value in usable:
            yield from _only_open(audio.output.device)
    else:
        yield from _measure(patient, settings)


def _only_listen(patient: Patient, microphone: str) -> Iterator[Finding]:
    try:
        with patient.busy("listening"):
            name, dead = listen(microphone)
    except DeviceError as error:
        yield sound.unusable(error)
        return
    yield dead_microphone(name) if dead else ok("hearing", f"{name!r} delivers sound")
    yield not_measured(
        "that was not wanted, or there is no loudspeaker", "`appliance doctor` plays and measures"
    )


def _only_open(loudspeaker: str) -> Iterator[Finding]:
    try:
        try_loudspeaker(loudspeaker)
    except DeviceError as error:
        yield sound.unusable(error)


def _measure(patient: Patient, settings: Settings) -> Iterator[Finding]:
    audio = settings.audio
    try:
        with patient.busy("playing three sweeps and listening, 9 s: please be quiet"):
            measured = measure_devices(audio.input.device, audio.output.device)
        if measured.learnt is not None and not measured.learnt.steady:
            with patient.busy("sound was lost meanwhile: once more, 9 s"):
                measured = measure_devices(audio.input.device, audio.output.device)
    except DeviceError as error:
        yield sound.unusable(error)
        return
    if measured.learnt is None:
        yield dead_microphone(measured.microphone)
        return
    yield ok("hearing", f"{measured.microphone!r} delivers sound")
    yield from acoustic_findings(measured.learnt, alone=audio.echo.cancel == "off")
    yield _kept(patient.state_folder, measured.learnt)


def _kept(folder: Path, learnt: Learnt) -> Finding:
    if not learnt.steady:
        return poor("measurement", "it is not kept, because sound was lost meanwhile", "measure again")
    told: list[str] = []
    try:
        keep(folder, learnt, told.append)
    except InputFileError as error:
        told.append(str(error))
    if told:
        return poor(
            "measurement", f"it could not be kept: {told[0]}", "run this with sudo, or with --state DIR"
        )
    return ok("measurement", f"it is kept for the echo canceller in {folder}")


def _acoustics_of_the_past(
    patient: Patient, settings: Settings, answer: Status | ApplianceError
) -> Iterator[Finding]:
    """The appliance holds the devices: what is known from before, and how to measure again."""
    how = "`sudo systemctl stop voice-appliance`, then `sudo appliance doctor`, then start it again"
    learnt: Learnt | None = None
    if os.access(patient.state_folder, os.R_OK | os.X_OK):
        learnt = recall(StateDirectory(patient.state_folder, lambda warning: None))
    if learnt is None:
        yield not_measured("the appliance runs and holds the devices", how)
        return
    if not daemon.uses(answer, learnt.microphone, learnt.loudspeaker):
        measured = f"{learnt.microphone!r} and {learnt.loudspeaker!r}"
        yield not_measured(f"the appliance runs, and what was measured last were others: {measured}", how)
        return
    yield skipped("acoustics", f"measured on {learnt.measured_at:%Y-%m-%d} and not today: it runs", how)
    yield from acoustic_findings(learnt, alone=settings.audio.echo.cancel == "off")
