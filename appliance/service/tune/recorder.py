"""Recording one's own room by a script."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from appliance.audio.devices import open_microphone
from appliance.audio.intake import Intake
from appliance.audio.seam import CaptureDevice, CaptureOptions
from appliance.audio.wav import WavWriter
from appliance.errors import ApplianceError, DeviceError, Fault, InputFileError
from appliance.pcm.level import peak_dbfs
from appliance.service.control.controls import Status
from appliance.service.doctor.daemon import ask_daemon, holds_devices
from appliance.service.tune.labels import labels_of, write_labels
from appliance.service.tune.script import Step, segments_of, step_at

# USB devices need up to half a second to start, and one that stops is not waited for.
_SILENT_DEVICE_S: Final = 3.0
# A live microphone has noise; the same sample again and again is a switch on it.
_STILL_S: Final = 3.0

Show = Callable[[Step, float, float], None]
"""The step, how many seconds of it are left, and the level of the newest sound in dBFS."""


class MicrophoneTaken(ApplianceError):
    """Somebody else has the microphone; the text says what to do."""

    fault = Fault.OWNER
    exit_code = 69


def refuse_taken(socket: Path) -> None:
    """Raises MicrophoneTaken where the appliance runs: it has the microphone, or was muted for a reason."""
    answer = ask_daemon(socket)
    if not holds_devices(answer):
        return
    if isinstance(answer, Status) and answer.muted:
        raise MicrophoneTaken(
            "the appliance is muted, so nothing is recorded; `appliance unmute` ends that, or give recordings"
        )
    raise MicrophoneTaken(
        "the appliance runs and has the microphone: `sudo systemctl stop voice-appliance`, then"
        " `appliance tune`, then start it again; or give recordings"
    )


def record(microphone: str, steps: Sequence[Step], path: Path, show: Show) -> None:
    """Record `steps` into the WAV file `path`, with labels beside it.

    Raises DeviceError: there is no microphone, it is lost, or it is deaf; InputFileError for a file that is
    there already or cannot be written.
    """
    for file in (path, labels_of(path)):
        if file.exists():
            raise InputFileError(f"{file} is there already; name another file with --recording")
    with closing(open_microphone(CaptureOptions(microphone))) as device:
        try:
            path.touch(mode=0o600)  # what is said in a house is for who lives there
        except OSError as error:
            raise InputFileError(f"{path} cannot be written: {error.strerror}") from error
        record_from(device, steps, path, show)


def record_from(device: CaptureDevice, steps: Sequence[Step], path: Path, show: Show) -> None:
    """As `record`, from a microphone that is open."""
    intake = Intake(device.rate_hz, device.channels, device.rate_hz)
    written = 0
    heard_s = time.monotonic()
    with WavWriter(path, device.rate_hz) as file:
        while (now := step_at(steps, written / device.rate_hz)) is not None:
            block = device.read()
            if block is None:
                if time.monotonic() - heard_s > _SILENT_DEVICE_S:
                    raise DeviceError(f"the microphone {device.name!r} delivers no sound")
                continue
            heard_s = time.monotonic()
            pcm = intake.take(block)
            if intake.still_s > _STILL_S:
                raise DeviceError(
                    f"the microphone {device.name!r} delivers nothing but one and the same sample: look for a"
                    " mute switch on it, or a recording level of zero"
                )
            file.write(pcm)
            written += len(pcm)
            show(*now, peak_dbfs(pcm))
    write_labels(path, list(segments_of(steps)))
