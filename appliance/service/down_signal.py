"""The sign that it is down: red light and a low earcon, after an end that nobody wished for.

systemd runs it between the end of the service and the next start (`ExecStopPost=`), so it is short and never
fails: without pins there is the sound, without sound the light. The light stays as it was left, until the
next start takes it over; the pins are not closed for that.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from appliance.audio.seam import SpeakerDevice
    from appliance.panel.pins import Hardware, NoHardware
    from appliance.settings import Settings

# It starts again every second or two: more than one earcon a minute would be what one pulls the plug for.
SOUND_EVERY_S: Final = 60.0
# The earcon has 0.5 s. The appliance starts again only after this.
PLAY_TIMEOUT_S: Final = 1.5
# All of it: pins and sound are opened in this process, and a driver that hangs must not hold up the next
# start. Less than TimeoutStopSec, which systemd would wait for twice: what hung is to hear again in 30 s.
DEADLINE_S: Final = 8.0
_LOOK_EVERY_S: Final = 0.005
_BLOCK_MS: Final = 20
_STAMP: Final = "down-signal"


def is_wanted(service_result: str) -> bool:
    """Whether an end with this $SERVICE_RESULT of systemd is one that nobody wished for."""
    return service_result not in ("", "success")


def may_sound(sounded_s: float | None, now_s: float) -> bool:
    """Whether the earcon may be heard again; both of the same clock, which begins anew with each boot."""
    return sounded_s is None or not 0 <= now_s - sounded_s < SOUND_EVERY_S


def signal_down(environ: Mapping[str, str], now_s: float) -> object:
    """Show and sound it, as far as this machine can. `now_s`: since the machine was switched on.

    What is returned is to be kept to the end of the process: gpiozero darkens a light that nobody holds.
    """
    settings = _settings(environ)
    light = _show(settings, environ)
    stamp = Path(environ.get("RUNTIME_DIRECTORY", "/run/voice-appliance").split(":")[0]) / _STAMP
    if may_sound(_read(stamp), now_s):
        stamp.write_text(f"{now_s:.3f}\n", encoding="ascii")
        _sound(settings)
    return light


def play(device: "SpeakerDevice", pcm: bytes, timeout_s: float = PLAY_TIMEOUT_S) -> None:
    """Write `pcm` (one channel of 16 bit) and wait until it was heard, no longer than `timeout_s`."""
    import numpy as np

    deadline_s = time.monotonic() + timeout_s
    frames = np.repeat(np.frombuffer(pcm, np.int16), device.channels).reshape(-1, device.channels)
    block = device.rate_hz * _BLOCK_MS // 1000
    at = 0
    while time.monotonic() < deadline_s:
        queued = device.delay_samples()
        if at < len(frames) and queued + block <= device.capacity_samples:
            device.write(frames[at : at + block].tobytes())
            at += block
        elif at >= len(frames) and queued <= 0:
            return
        else:
            time.sleep(_LOOK_EVERY_S)


def _settings(environ: Mapping[str, str]) -> "Settings":
    """The owner's; the built-in ones where those are why it does not start."""
    from appliance.errors import ConfigurationError
    from appliance.settings import Settings, load_settings

    try:
        return load_settings([], [], environ).settings
    except ConfigurationError:
        return Settings()


def _show(settings: "Settings", environ: Mapping[str, str]) -> "Hardware | NoHardware | None":
    from appliance.errors import DeviceError
    from appliance.panel.joint_state import Shown
    from appliance.panel.patterns import PATTERNS
    from appliance.service.panel.panel_pins import open_hardware

    try:
        light = open_hardware(settings.panel, environ, lambda sentence: None)
    except DeviceError as error:
        print(f"<6>no light: {error}", file=sys.stderr)
        return None
    light.lamp.set(PATTERNS[Shown.DOWN], 0.0)
    return light


def _sound(settings: "Settings") -> None:
    from appliance.audio.devices import open_loudspeaker
    from appliance.audio.earcons import trouble
    from appliance.audio.seam import SpeakerOptions
    from appliance.errors import DeviceError

    try:
        device = open_loudspeaker(SpeakerOptions(settings.audio.output.device))
        try:
            play(device, trouble(device.rate_hz).tobytes())
        finally:
            device.close()
    except DeviceError as error:
        print(f"<6>no earcon: {error}", file=sys.stderr)


def _read(stamp: Path) -> float | None:
    try:
        return float(stamp.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def main() -> NoReturn:
    """`python -m appliance.service.down_signal`, with the environment that systemd gives."""
    # The kernel ends it, whatever holds the interpreter.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE_S)
    code = 0
    held: list[object] = []
    if is_wanted(os.environ.get("SERVICE_RESULT", "")):
        try:
            held.append(signal_down(os.environ, time.clock_gettime(time.CLOCK_BOOTTIME)))
        except Exception as error:  # noqa: BLE001  the outermost frame
            print(f"<4>the sign that it is down failed: {type(error).__name__}: {error}", file=sys.stderr)
            code = 70
    sys.stderr.flush()
    os._exit(code)  # without closing the pins: that would darken the light


if __name__ == "__main__":
    main()
