"""Whenever a provider is lost, nobody says anything twice, and nobody hears anything twice or not at all."""

import random
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from appliance.conversation import vocabulary as v
from appliance.service.assembly import Assembly
from tests.service.event_schema import problems
from tests.service.narrator import PIECES, WORD_MS, WORDS, Fate, Narrator, words_in
from tests.service.stage import Played, play, silence, speech

MOMENTS = ("connect", "listen", "commit", "think", "tool", "first audio", "mid-answer", "drain")
SEEDS = range(100)
TOOL_MS = 200.0


class Timers:
    """A tool that takes its time; counts how often it ran."""

    def __init__(self) -> None:
        self.ran = 0
        self._running: list[tuple[v.ToolCall, float]] = []
        self._now_ms = 0.0

    def run(self, call: v.ToolCall, done: object) -> None:
        self.ran += 1
        self._running.append((call, self._now_ms + TOOL_MS))

    def pass_time(self, assembly: Assembly) -> None:
        self._now_ms = assembly.record.now_ms()
        due = [call for call, due_ms in self._running if due_ms <= self._now_ms]
        self._running = [each for each in self._running if each[1] > self._now_ms]
        for call in due:
            assembly.conductor.post(v.ToolDone(call, ok=True, output="set"))


def fate(seed: int) -> Fate:
    """Every moment as often as every other; which chunk, or piece of a word, is chance."""
    chance = random.Random(f"fate {seed}")
    moment = MOMENTS[seed % len(MOMENTS)]
    at = {"listen": chance.randint(1, 60), "mid-answer": chance.randint(1, PIECES * len(WORDS) - 1)}
    return Fate(moment, at.get(moment, 1), silent=chance.random() < 0.25 and moment != "listen")


def said(seed: int) -> list[np.ndarray]:
    chance = random.Random(f"said {seed}")
    return [silence(500), speech(chance.randint(700, 1500), seed), silence(22_000)]


def lose(seed: int, *, fates: int = 1) -> tuple[Played, list[Narrator], Timers]:
    """A question; the first `fates` providers are lost at their moments, the last one tells to the end."""
    narrators = [Narrator(fate=fate(seed + number)) for number in range(fates)] + [Narrator()]
    timers = Timers()
    played = play(
        *said(seed),
        provider=narrators[0],
        successors=narrators[1:],
        tools=timers,
        each_tick=timers.pass_time,
        tail_ms=30_000.0,
    )
    return played, narrators, timers


def interrupt(seed: int) -> tuple[Played, list[Narrator]]:
    """The first provider breaks off, and the person speaks up at some time after the first words."""
    chance = random.Random(f"interrupt {seed}")
    lost = Fate("mid-answer", chance.randint(1, PIECES * len(WORDS) - 1))
    narrators = [Narrator(fate=lost), Narrator(think_ms=chance.choice([100.0, 600.0, 3000.0]))]
    timers = Timers()
    question = [silence(500), speech(1000, seed), silence(chance.randint(2400, 6000))]
    played = play(
        *question,
        speech(1200, seed + 1000),
        silence(15_000),
        provider=narrators[0],
        successors=narrators[1:],
        tools=timers,
        each_tick=timers.pass_time,
        tail_ms=20_000.0,
    )
    return played, narrators


def heard_and_remembered(played: Played) -> tuple[int, list[str]]:
    """How many words of the first answer left the loudspeaker, and which of them are remembered."""
    done = next(event for event in played.of("answer_done") if event["turn"] == 1)
    lines = [line for line in played.assembly.history.lines() if line.role == "assistant"]
    remembered = [word for line in lines if line.turn == 1 for word in line.text.split()]
    return done["heard_ms"] // WORD_MS, remembered


def complaints(played: Played, narrators: list[Narrator], timers: Timers) -> Iterator[str]:
    yield from problems(played.events)
    heard = words_in(played.out)
    losses = len(played.of("failover"))
    again = sum(word <= before for before, word in pairwise(heard))
    if sorted(set(heard)) != list(range(len(WORDS))):
        yield f"these words were heard: {heard}"
    if any(word < before for before, word in pairwise(heard)) or again > losses:
        yield f"words were heard again: {heard}"
    asked = [narrator for narrator in narrators if narrator.asked]
    if timers.ran != 1:
        yield f"the tool ran {timers.ran} times"
    for narrator in asked:
        sessions = [session for session, _ in narrator.asked]
        if len(set(sessions)) != len(sessions):
            yield f"a session was asked twice: {narrator.asked}"
    turns = [turn for narrator in asked for turn in narrator.turns_told]
    if not all(np.array_equal(turns[0], turn) for turn in turns):
        yield f"turns of {[len(turn) for turn in turns]} samples were told"
    if [done["complete"] for done in played.of("answer_done")] != [True]:
        yield f"answers: {played.of('answer_done')}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_provider_may_be_lost_at_any_moment(seed: int) -> None:
    played, narrators, timers = lose(seed)
    print("seed", seed, narrators[0].fate, "heard", words_in(played.out))
    assert list(complaints(played, narrators, timers)) == []


@pytest.mark.parametrize("seed", range(40))
def test_two_providers_may_be_lost_one_after_the_other(seed: int) -> None:
    played, narrators, timers = lose(seed, fates=2)
    print("seed", seed, [n.fate for n in narrators[:2]], "heard", words_in(played.out))
    assert list(complaints(played, narrators, timers)) == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_remembered_and_told_after_an_interruption_is_what_was_heard(seed: int) -> None:
    played, narrators = interrupt(seed)
    assert problems(played.events) == []
    heard, remembered = heard_and_remembered(played)
    print("seed", seed, narrators[0].fate, "heard", heard, "remembered", remembered)
    assert remembered == list(WORDS[: len(remembered)])
    assert abs(len(remembered) - heard) <= 1
    session, asked = narrators[-1].asked[-1]
    assert isinstance(asked, v.CommitTurn)  # the next question, and nobody goes on with the last answer
    if narrators[-1].told_of(session):
        assert narrators[-1].told_of(session) == remembered
