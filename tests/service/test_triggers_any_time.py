"""Whatever happens whenever: who speaks, presses, calls, mutes and stops at random is understood."""

import random

import numpy as np
import pytest

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import MuteWanted, Pressed, Released, Ring, StopRing, StopWanted
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.service.happenings import Event
from tests.service.event_schema import problems
from tests.service.scripted import ScriptedWord
from tests.service.stage import (
    OUT_RATE_HZ,
    Played,
    ScriptedProvider,
    play,
    sample,
    silence,
    speech,
    tone,
    wishes,
)
from tests.service.test_floor import Reading

SEEDS = range(8)
WORDS = ("Stop.", "stop the timer", "mhm", "", "what a day it was")
LASTS_MS = 15_000


def happenings(chance: random.Random) -> list[tuple[float, Event]]:
    """What hands and alarms do."""
    found: list[tuple[float, Event]] = []
    for _ in range(chance.randint(2, 10)):
        at = chance.uniform(300, LASTS_MS)
        kind = chance.choice(["tap", "hold", "mute", "stop", "ring", "stop ring"])
        if kind in ("tap", "hold"):
            up = at + (100 if kind == "tap" else chance.uniform(500, 2500))
            found += [(at, Pressed(sample(at))), (up, Released(sample(up), kind == "hold"))]
        elif kind == "mute":
            found += [(at, MuteWanted(True)), (at + chance.uniform(50, 3000), MuteWanted(False))]
        elif kind == "ring":
            found.append((at, Ring(np.full(samples_of_ms(1500, OUT_RATE_HZ), 3000, np.int16))))
        else:
            found.append((at, StopWanted() if kind == "stop" else StopRing()))
    return found


def near_end(chance: random.Random) -> list[Pcm]:
    """Who speaks, in bits."""
    found, lasted_ms = [], 0.0
    while lasted_ms < LASTS_MS:
        said_ms, quiet_ms = chance.uniform(60, 2500), chance.choice([100, 300, 900, 2500, 5000])
        found += [speech(said_ms, seed=chance.randrange(9)), silence(quiet_ms)]
        lasted_ms += said_ms + quiet_ms
    return [*found, silence(12_000)]


def lived(seed: int) -> Played:
    chance = random.Random(seed)
    settings = [
        f"conversation.trigger={chance.choice(['button', 'wake_word'])}",
        f"conversation.follow_up_s={chance.choice([0, 1, 4, 8])}",
        f"conversation.follow_ups={chance.choice([1, 2, 5])}",
        f"interruption.strategy={chance.choice(['immediate', 'deferred', 'ignore'])}",
        f"interruption.resume={chance.choice(['true', 'false'])}",
        "hearing.no_speech_s=2",
    ]
    called = sorted(chance.uniform(300, LASTS_MS) for _ in range(chance.randint(0, 8)))
    answers = [tone(chance.uniform(200, 4000)) for _ in range(5)]
    return play(
        *near_end(chance),
        provider=ScriptedProvider(answers, delay_ms=chance.choice([0, 200, 900])),
        settings=settings,
        wake_word=ScriptedWord(*called) if "wake_word" in settings[0] else None,
        reader=Reading(chance.choice(WORDS)),
        each_tick=wishes(*happenings(chance)),
        tail_ms=20_000,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_its_log_holds_together_it_comes_to_rest_and_nobody_is_heard_who_did_not_call(seed: int) -> None:
    played = lived(seed)
    assert problems(played.events) == []
    assert played.state in (State.IDLE, State.FOLLOWING)
    assert uncalled(played) == []


def uncalled(played: Played) -> list[float]:
    """Instants at which it began to listen without a hand, the word, or the time to reply."""
    windows = [(event["t_ms"], event["t_ms"] + event["lasts_ms"]) for event in played.of("follow_up")]
    begun = [event for event in played.of("phase") if (event["from"], event["to"]) == ("idle", "listening")]
    return [
        event["t_ms"]
        for event in begun
        if event["cause"] not in ("button", "wake_word")
        and not any(begin <= event["t_ms"] <= end for begin, end in windows)
    ]
