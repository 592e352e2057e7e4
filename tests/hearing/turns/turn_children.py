"""Stand-ins for the process of the end-of-turn model, each with a fault of its own."""

import sys
from typing import Final

_READ: Final = (
    "import struct,sys,time,os\n"
    "def ask():\n"
    "    head = sys.stdin.buffer.read(4)\n"
    "    if len(head) < 4: sys.exit()\n"
    "    return sys.stdin.buffer.read(2 * struct.unpack('<I', head)[0])\n"
    "def say(line): print(line, flush=True)\n"
)


def child(code: str) -> tuple[str, ...]:
    """The command line of a process that runs `code`, which may `ask()` and `say(line)`."""
    return (sys.executable, "-I", "-S", "-c", _READ + code)


# Says how much of the sound it was given is not zero.
COUNTING = child(
    "say('ready')\nwhile True:\n    s = ask()\n"
    "    say('complete %f' % (sum(1 for n in range(0, len(s), 2) if s[n] or s[n + 1]) * 2 / len(s)))\n"
)
WITHOUT_MODEL = child("say('failed The end-of-turn model x.onnx cannot be loaded: No such file')")
DIES_AT_ONCE = child("sys.exit(3)")
DIES_AT_ITS_FIRST_QUESTION = child("say('ready')\nask()\nos._exit(3)\n")
HANGS = child("say('ready')\nask()\ntime.sleep(60)\n")
TALKS_NONSENSE = child("say('ready')\nask()\nsay('complete maybe')\nask()\n")
OUT_OF_RANGE = child("say('ready')\nask()\nsay('complete 1.5')\nask()\n")
NEVER_READY = child("time.sleep(60)\n")
