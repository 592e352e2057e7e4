"""What becomes of our threads when a kernel driver goes: the other numbers of docs/decisions/0001 and 0002.

As root, on a machine (a virtual one will do) that nobody hears anything from:
`modprobe snd-aloop pcm_substreams=1; python -m tests.cable.kernel_unplug threads|blocking`
"""

import os
import subprocess
import sys
import threading
import time
from typing import Any

from appliance.audio.alsa import AlsaCapture, AlsaSpeaker
from appliance.audio.capture import CaptureThread
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.pcm.ring import SampleRing

RATE_HZ = 48_000
DRIVER = "/sys/bus/platform/drivers/snd_aloop"


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
    links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    say(
        "still open:",
        [os.readlink(link) for link in links if os.path.lexists(link) and "snd" in os.readlink(link)],
    )


def unplug_our_threads() -> None:
    """The capture and speaker threads as they are."""
    loudspeaker = AlsaSpeaker(SpeakerOptions(device="Loopback: PCM", rate_hz=RATE_HZ))
    microphone = AlsaCapture(CaptureOptions(device="Loopback: PCM #2"))

    def lost(error: Exception) -> None:
        say("lost:", error)

    capture = CaptureThread(microphone, SampleRing.allocate(RATE_HZ), threading.Event(), lost, lost)
    playout = Playout(PlayoutOptions(loudspeaker.rate_hz))
    speaker = Speaker(playout, loudspeaker, SampleRing.allocate(16_000), lambda _: None, lost, lost)
    capture.start()
    speaker.start()
    time.sleep(2)
    say("overruns, underruns:", (capture.overruns, speaker.underruns))
    unplugging = pull_out()
    watch(unplugging)
    say("threads ended:", (capture.stop(), speaker.close()))


def unplug_a_blocking_read() -> None:
    """A thread inside PortAudio's own blocking read."""
    microphone = AlsaCapture(CaptureOptions(device="Loopback: PCM #2", rate_hz=RATE_HZ))
    stream: Any = microphone._stream.stream

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
    {"threads": unplug_our_threads, "blocking": unplug_a_blocking_read}[sys.argv[1]]()
    say("the process ends")
    os._exit(0)
