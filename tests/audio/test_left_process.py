"""A microphone that is left to the program that takes our place delivers everything there, and ends there.

Two programs, one process: the first opens a microphone, reads some of it and becomes the second (execve).
"""

import json
import os
import subprocess
import sys

from tests.audio.test_devices import _MICROPHONE, process

# More than a pipe has room for, where nobody makes it larger.
BLOCKS = 200

# Numbered blocks of 1 kB, and then nothing, as long as somebody holds its standard input open.
_NUMBERED = (
    _MICROPHONE
    + 'send(b"O", b"[16000, 1, 0]")\n'
    + "import threading\n"
    + "threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()\n"
    + f"for number in range({BLOCKS}):\n"
    + '    send(b"B", struct.pack("=I", 0) + struct.pack("=h", number) * 512)\n'
    + "time.sleep(60)\n"
)
_COMMON = """
import json, os, signal, sys, time
from appliance.errors import DeviceError
def numbers(microphone, count):
    blocks = []
    while len(blocks) < count:
        block = microphone.read()
        blocks += [] if block is None else [int.from_bytes(block[:2], sys.byteorder)]
    return blocks
"""
_FIRST = """
from appliance.audio.devices import open_microphone
from appliance.audio.seam import CaptureOptions
from tests.audio.test_devices import NOWHERE
microphone = open_microphone(CaptureOptions(), argv=json.loads(os.environ["DEVICE"]), places=NOWHERE)
{deeds}
left = microphone.leave()
microphone.close()
process = left.process
told = [[process.process, process.to, process.source, process.received.hex()], left.name, 16_000, 1]
environment = os.environ | {{"LEFT": json.dumps(told)}}
os.execve(sys.executable, [sys.executable, "-c", os.environ["NEXT"]], environment)
"""
_NEXT = """
from appliance.audio.left_process import LeftProcess
from appliance.audio.remote import LeftMicrophone, adopt_microphone
(process, to, source, received), *rest = json.loads(os.environ["LEFT"])
left = LeftMicrophone(LeftProcess(process, to, source, bytes.fromhex(received)), *rest)
microphone = adopt_microphone(left)
{deeds}
microphone.close()
try:
    os.kill(process, 0)
except ProcessLookupError:
    print("it has ended")
"""


def programs(first: str, following: str) -> str:
    """What the two print."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _COMMON + _FIRST.format(deeds=first)],
        env={
            **os.environ,
            "PYTHONPATH": os.getcwd(),
            "NEXT": _COMMON + _NEXT.format(deeds=following),
            "DEVICE": json.dumps(process(_NUMBERED)),
        },
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stderr == ""
    return done.stdout


def test_it_goes_on_where_it_was_left() -> None:
    told = programs("print(numbers(microphone, 3), flush=True)", f"print(numbers(microphone, {BLOCKS - 3}))")
    assert told == f"[0, 1, 2]\n{list(range(3, BLOCKS))}\nit has ended\n"


def test_what_it_delivers_while_nobody_reads_waits() -> None:
    told = programs("", f"time.sleep(0.5)\nprint(numbers(microphone, {BLOCKS}))")
    assert told == f"{list(range(BLOCKS))}\nit has ended\n"


def test_one_that_was_gone_meanwhile_is_lost_once_all_of_it_is_read() -> None:
    lost = f"""
os.kill(process, signal.SIGKILL)
try:
    numbers(microphone, {BLOCKS + 1})
except DeviceError as error:
    print(error)
"""
    assert programs("", lost) == (
        "the process of the microphone 'Mic: Audio' has ended: its driver or sound server failed\n"
        "it has ended\n"
    )
