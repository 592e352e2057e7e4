"""One conversation of the soak: a script happens, and everything that must hold is looked at."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from appliance.conversation import vocabulary as v
from appliance.pcm.formats import Pcm
from appliance.service.assembly import Assembly
from tests.bench.soak_provider import SoakProvider
from tests.bench.soak_script import (
    NEVER_MS,
    Act,
    Ask,
    Commit,
    Lose,
    Mute,
    Press,
    Ringing,
    Script,
    Stop,
    Words,
    heard_by,
)
from tests.bench.soak_time import VirtualLoop
from tests.bench.soak_watch import Violation, Watch, wrong_in
from tests.service.stage import play, tone

# Longer than every deadline of the conversation, one after the other.
TAIL_MS = 45_000.0
HELD_MS = 500


@dataclass(frozen=True)
class Wish:
    """Something to be posted when the stream has come to `at_ms`."""

    at_ms: int
    make: Callable[[int], v.Wish | v.DeviceChanged]  # of the 16 kHz sample


def wishes(acts: Sequence[Act]) -> list[Wish]:
    """What the hands and the devices of a script say, in order."""
    return sorted((wish for act in acts for wish in _wishes(act)), key=lambda wish: wish.at_ms)


def _wishes(act: Act) -> Iterator[Wish]:
    match act:
        case Press(at_ms, lasts_ms):
            yield Wish(at_ms, v.Pressed)
            yield Wish(at_ms + lasts_ms, lambda at: v.Released(at, held=lasts_ms >= HELD_MS))
        case Mute(at_ms, lasts_ms):
            yield Wish(at_ms, lambda at: v.MuteWanted(True))
            yield Wish(at_ms + lasts_ms, lambda at: v.MuteWanted(False))
        case Stop(at_ms):
            yield Wish(at_ms, lambda at: v.StopWanted())
        case Commit(at_ms):
            yield Wish(at_ms, v.CommitWanted)
        case Ask(at_ms, spoken):
            yield Wish(at_ms, lambda at: v.Asked("What time is it?", spoken))
        case Ringing(at_ms):
            yield Wish(at_ms, lambda at: v.Ring(tone(500)))
        case Lose(at_ms, lasts_ms, device):
            lost, ready = v.DeviceState.LOST, v.DeviceState.READY
            yield Wish(at_ms, lambda at: v.DeviceChanged(device, lost, "a device", "It was unplugged."))
            yield Wish(at_ms + lasts_ms, lambda at: v.DeviceChanged(device, ready, "a device"))


class ScriptedReader:
    """Reads what the script says, as late as it says."""

    def __init__(self, words: Sequence[Words]) -> None:
        self._words = cycle(words)

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        words = next(self._words)
        if words.delay_ms == NEVER_MS:
            return
        asyncio.get_running_loop().call_later(words.delay_ms / 1000, on_words, words.text)


def converse(
    script: Script, each_tick: Callable[[Assembly, int], None] = lambda assembly, now_ms: None
) -> list[str]:
    """Let `script` happen; what is wrong with what came of it, in sentences.

    `each_tick` is told the milliseconds of the stream, every 10 ms.
    """
    near = heard_by(script)
    watch, provider = Watch(near), SoakProvider(replies=script.replies)
    coming = wishes(script.acts)
    loops: list[VirtualLoop] = []

    def loop_factory() -> VirtualLoop:
        loops.append(VirtualLoop())
        return loops[-1]

    def tick(assembly: Assembly) -> None:
        if watch.now_ms < 0:
            watch.follow(assembly)
        watch.after_tick(assembly)
        loops[-1].move_to(watch.now_ms / 1000)
        each_tick(assembly, watch.now_ms)
        while coming and coming[0].at_ms <= watch.now_ms:
            wish = coming.pop(0).make(assembly.near.written)
            assembly.conductor.post(wish)

    random.seed(1)  # the chain's back-off draws from it
    try:
        played = play(
            near,
            provider=provider,
            settings=[f"interruption.strategy={script.strategy}"],
            tail_ms=TAIL_MS,
            each_tick=tick,
            tape=watch,
            loop_factory=loop_factory,
            reader=ScriptedReader(script.words),
        )
    except Violation as violation:
        return [str(violation)]
    except Exception as fault:  # noqa: BLE001  whatever it is, it is a finding
        return [f"at {watch.now_ms} ms: {type(fault).__name__}: {fault}"]
    return wrong_in(played.assembly, played.events, provider.mistakes)


def shortest(script: Script, goes_wrong: Callable[[Script], object]) -> Script:
    """`script` without everything that it does not need to go wrong."""
    while (shorter := next(filter(goes_wrong, script.shorter()), None)) is not None:
        script = shorter
    return script
