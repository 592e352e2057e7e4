"""What becomes of a device when its kernel driver goes: the numbers of docs/decisions/0002 and 0010.

As root, on a machine (a virtual one will do) that nobody hears anything from:
`modprobe snd-aloop pcm_substreams=1; python -m tests.cable.kernel_unplug processes|blocking`
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from appliance.audio.capture import CaptureThread
from appliance.audio.devices import open_loudspeaker, open_microphone
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.pcm.ring import SampleRing
from tests.cable.measurements import open_blocking

RATE_HZ = 48_000
DRIVER = Path("/sys/bus/platform/drivers/snd_aloop")
# The loopback's two devices have one name; what is played into the first is recorded from the second.
PLAYBACK, CAPTURE = "hw:CARD=Loopback,DEV=0", "hw:CARD=Loopback,DEV=1"


def say(what: str, value: object = "") -> None:
    """One line, with the time."""
    print(f"{time.monotonic() - BEGAN_S:7.3f} s  {what} {value}", flush=True)


def pull_out() -> subprocess.Popen[bytes]:
    """Unbind the driver, by another process: it waits in the kernel until all have let go of the device."""
    say("unplugged")
    return subprocess.Popen(["sh", "-c", f"echo snd_aloop.0 > {DRIVER}/unbind"])


def watch(unplugging: subprocess.Popen[bytes]) -> None:
    """For four seconds, what the process costs and whether the driver could go."""
    for _ in range(4):
        began_cpu_s = time.process_time()
        time.sleep(1)
        say("% of a core:", round(100 * (time.process_time() - began_cpu_s)))
    say("the driver could go:", unplugging.poll() is not None)


def unplug_our_processes() -> None:
    """The capture and speaker threads as they are, each with its process; unplugged and plugged in again."""
    heard, spoken = CaptureOptions(CAPTURE), SpeakerOptions(PLAYBACK, RATE_HZ)
    loudspeaker, microphone = open_loudspeaker(spoken), open_microphone(heard)
    heard = CaptureOptions(CAPTURE, microphone.rate_hz)  # as the daemon: the first one's rate, for good
    capture = CaptureThread(
        microphone,
        lambda name, keep_on: open_microphone(heard, keep_on),
        SampleRing.allocate(RATE_HZ),
        microphone.rate_hz,
        threading.Event(),
        lambda change: say("told:", change),
        lambda fault: say("a fault:", fault),
        lambda: None,
        lambda warning: say("warned:", warning),
    )
    speaker = Speaker(
        Playout(PlayoutOptions(loudspeaker.rate_hz)),
        loudspeaker.rate_hz,
        loudspeaker,
        lambda name, keep_on: open_loudspeaker(spoken, keep_on),
        SampleRing.allocate(16_000),
        lambda event: None,
        lambda change: say("told:", change),
        lambda fault: say("a fault:", fault),
    )
    capture.start()
    speaker.start()
    time.sleep(2)
    say("overruns, underruns:", (capture.overruns, speaker.underruns))
    watch(pull_out())
    say("plugged in again")
    (DRIVER / "bind").write_text("snd_aloop.0")
    time.sleep(8)
    say("threads ended:", (capture.stop(), speaker.close()))


def unplug_a_blocking_read() -> None:
    """A thread inside PortAudio's own blocking read, in this process."""
    stream = open_blocking("Loopback: PCM (hw:0,1)", RATE_HZ)

    def read() -> None:
        while True:
            stream.read(1536, exception_on_overflow=False)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    time.sleep(2)
    watch(pull_out())
    say("the thread came back:", not reader.is_alive())


BEGAN_S = time.monotonic()
if __name__ == "__main__":
    {"processes": unplug_our_processes, "blocking": unplug_a_blocking_read}[sys.argv[1]]()
    say("the process ends")
    os._exit(0)
