"""The process that runs the end-of-turn model: sound on its standard input, one line for each on its output.

A request is a 32-bit little-endian count and so many samples of 16 bits; the answers are
`ready`, `complete P` and, as the last one, `failed SENTENCE`. It ends with its input.
"""

import faulthandler
import os
import struct
import sys
from typing import BinaryIO, Final, NoReturn

import numpy as np

from appliance.hearing.shipped_model import ModelError
from appliance.hearing.turns.log_mel import WINDOW_SAMPLES
from appliance.hearing.turns.smart_turn import SmartTurn
from appliance.pcm.formats import pcm_from_bytes

COUNT: Final = struct.Struct("<I")
SAMPLE_BYTES: Final = 2

# Whatever hears and plays goes first; but on a busy machine an answer is wanted some time.
NICENESS: Final = 5
EXIT_NO_MODEL: Final = 1
EXIT_GARBAGE: Final = 2


def main() -> NoReturn:
    """Answer until the parent is gone."""
    faulthandler.enable()
    os.nice(NICENESS)
    try:
        model = SmartTurn()
    except ModelError as error:
        _say(f"failed {error}")
        sys.exit(EXIT_NO_MODEL)
    # The first run plans and allocates: that belongs to the start, not to the first pause.
    model.completeness(np.zeros(WINDOW_SAMPLES, np.int16))
    _say("ready")
    while True:
        (count,) = COUNT.unpack(_read(sys.stdin.buffer, COUNT.size))
        if count > WINDOW_SAMPLES:
            sys.exit(EXIT_GARBAGE)
        sound = pcm_from_bytes(_read(sys.stdin.buffer, count * SAMPLE_BYTES))
        _say(f"complete {model.completeness(sound):.6f}")


def _say(line: str) -> None:
    print(" ".join(line.split()), flush=True)


def _read(stream: BinaryIO, size: int) -> bytes:
    """Exactly so many bytes; ends the process where the parent has ended."""
    data = stream.read(size)
    if len(data) < size:
        sys.exit(0)
    return data


if __name__ == "__main__":
    main()
