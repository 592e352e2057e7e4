"""`python -m tests.bench.echo_likeness`: how like the loudspeaker is what hearing gets.

Rooms made of numbers; a novel is read by the loudspeaker. Of persons over it, whose echo was cancelled, and
of the echo alone, as it is heard where the canceller has lost its way: the lowest, the 5th, 50th and 95th
percentile and the highest likeness, looked at every 100 ms.
"""

import numpy as np

from appliance.hearing.echo.cancelling import echo_canceller
from appliance.hearing.echo.common_delay import LIKE, CommonDelay
from appliance.pcm.formats import Pcm, samples_of_ms
from tests.bench.echo_guard import ROOMS
from tests.bench.echo_room import Sound, answer, microphone, person, through

SECONDS = 60.0
FIRST_S, EVERY_S = 6, 4
STEP = samples_of_ms(100, 16_000)
# Of a sentence or an echo, until all that is remembered is of it.
SETTLES_STEPS = 4


def likenesses(left: Pcm, far: Sound, spans: list[tuple[int, int]]) -> list[float]:
    """In each 100 ms of `spans`, from their fifth on."""
    likeness, found = CommonDelay(100), []
    played = far.astype(np.int16)
    for at in range(0, min(len(left), len(played)) - STEP, STEP):
        likeness.hear(played[at : at + STEP], left[at : at + STEP])
        if any(start + SETTLES_STEPS * STEP <= at < end for start, end in spans):
            found.append(likeness.likeness)
    return found


def row(found: list[float]) -> str:
    values = " ".join(f"{value:.3f}" for value in np.percentile(found, [0, 5, 50, 95, 100]))
    return f"{values}   {100 * float(np.mean(np.array(found) > LIKE)):5.1f} %"


def main() -> None:
    far = answer(SECONDS)
    said, spans = person(SECONDS, FIRST_S, EVERY_S)
    print(f"{'':38} least    5    50    95 most   over {LIKE:g}")
    for name, room in ROOMS.items():
        cancelled = through(room, microphone(room, far, said), far, echo_canceller())
        print(f"{name:15} person, cancelled    {row(likenesses(cancelled, far, spans))}", flush=True)
        alone = microphone(room, far)
        print(f"{'':15} echo, not cancelled  {row(likenesses(alone, far, [(0, len(alone))]))}", flush=True)


if __name__ == "__main__":
    main()
