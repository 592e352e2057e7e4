"""Whatever is asked of the playout, in whatever order: no sample is lost, and blocks do not matter."""

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import (
    AnswerAudible,
    AnswerFed,
    AnswerHeard,
    AnswerStarved,
    AnswerYielded,
)
from tests.audio.playout_ear import PLAIN, RATE_HZ, Ear, phrases


@dataclass(frozen=True)
class Append:
    samples: int


@dataclass(frozen=True)
class Listen:
    samples: int
    delay_samples: int


@dataclass(frozen=True)
class Turn:
    volume: int


@dataclass(frozen=True)
class Call:
    name: str


Step = Append | Listen | Turn | Call
Script = list[Step]

RAMPED = PlayoutOptions(RATE_HZ, max_answer_s=0.5, max_yield_s=0.2)
HASTY = replace(PLAIN, max_yield_s=0.2)
ANSWER, CLIP = 1, 9
CLIP_PCM = np.full(700, -9_000, np.int16)

appends = st.builds(Append, st.integers(0, 4_000))
listens = st.builds(Listen, st.integers(1, 2_500), st.sampled_from([0, 100, 640, 2_000]))
turns = st.builds(Turn, st.integers(0, 100))
moves = st.sampled_from(["play", "duck", "hush", "yield_at_pause", "resume"]).map(Call)
everything = turns | st.sampled_from(
    ["play", "duck", "hush", "yield_at_pause", "resume", "flush", "end", "begin", "say", "stop_clip"]
).map(Call)
# Left to chance alone, an answer hardly ever has the samples and the time to come to its pause.
giving_way = st.tuples(
    st.builds(Append, st.integers(1_000, 8_000)),
    st.just(Call("play")),
    listens,
    st.just(Call("yield_at_pause")),
    listens,
    appends,
    listens,
)
block_sizes = st.lists(st.integers(1, 700), min_size=1, max_size=6).map(tuple)


def scripts(calls: st.SearchStrategy[Step], most: int) -> st.SearchStrategy[Script]:
    scenes = st.lists(st.tuples(appends | listens | calls) | giving_way, max_size=most)
    return scenes.map(lambda scenes: [step for scene in scenes for step in scene])


class Theatre:
    """Plays a script; answers are numbered, their samples run on from one to the next."""

    def __init__(self, options: PlayoutOptions, blocks: tuple[int, ...]) -> None:
        self.playout = Playout(options)
        self.ear = Ear(self.playout, blocks=blocks)
        self.answer = ANSWER
        self.generated = 0
        self.accounts: list[int] = []  # what was heard, after every step
        self.playout.begin(ANSWER)

    def play(self, script: Script) -> None:
        for step in script:
            self.take(step)
            self.accounts.append(self.playout.heard_samples(self.answer))

    def take(self, step: Step) -> None:
        match step:
            case Append(samples=samples):
                refused = self.playout.append(self.answer, phrases(self.generated, samples))
                self.generated += samples - refused
            case Listen(samples=samples, delay_samples=delay_samples):
                self.ear.delay_samples = delay_samples
                self.ear.listen(samples)
            case Turn(volume=volume):
                self.playout.set_volume(volume)
            case Call(name="begin"):
                self.answer += 1
                self.playout.begin(self.answer)
            case Call(name="end"):
                self.playout.end(self.answer)
            case Call(name="say"):
                self.playout.say(CLIP, CLIP_PCM)
            case Call(name=name):
                getattr(self.playout, name)()


plain = st.sampled_from([PLAIN, HASTY])


@given(script=scripts(moves, 20), blocks=block_sizes, options=plain)
def test_every_sample_sounds_once_and_in_order(
    script: Script, blocks: tuple[int, ...], options: PlayoutOptions
) -> None:
    theatre = Theatre(options, blocks)
    theatre.play([Call("play"), *script, Call("resume"), Call("end")])
    theatre.ear.listen(theatre.generated + 1)
    sound = theatre.ear.sound
    assert np.array_equal(sound[sound != 0], phrases(0, theatre.generated))


@given(script=scripts(moves, 20), blocks=block_sizes, options=plain)
def test_heard_is_what_the_playhead_passed(
    script: Script, blocks: tuple[int, ...], options: PlayoutOptions
) -> None:
    theatre = Theatre(options, blocks)
    playhead = 0
    for step in [Call("play"), *script]:
        theatre.play([step])
        playhead = max(playhead, theatre.playout.position - theatre.ear.delay_samples)
        heard = int(np.count_nonzero(theatre.ear.sound[:playhead]))
        assert theatre.playout.heard_samples(ANSWER) == heard


@given(script=scripts(everything, 20), one=block_sizes, other=block_sizes)
def test_block_sizes_change_neither_sound_nor_events_nor_accounts(
    script: Script, one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    theatres = [Theatre(RAMPED, one), Theatre(RAMPED, other)]
    for theatre in theatres:
        theatre.play(script)
    a, b = theatres
    assert np.array_equal(a.ear.sound, b.ear.sound)
    assert sorted(a.ear.events, key=repr) == sorted(b.ear.events, key=repr)
    assert a.accounts == b.accounts
    assert (a.playout.underruns, a.playout.refused) == (b.playout.underruns, b.playout.refused)


@given(script=scripts(everything, 20), blocks=block_sizes)
def test_every_event_of_an_answer_comes_in_its_place(script: Script, blocks: tuple[int, ...]) -> None:
    theatre = Theatre(RAMPED, blocks)
    theatre.play(script)
    for answer in range(ANSWER, theatre.answer + 1):
        told = [type(e) for e in theatre.ear.events if not hasattr(e, "clip") and e.answer == answer]
        assert told.count(AnswerAudible) <= 1
        assert AnswerHeard not in told[:-1]
        supply = [t for t in told if t in (AnswerStarved, AnswerFed)]
        assert supply[0::2] == [AnswerStarved] * len(supply[0::2])
        assert supply[1::2] == [AnswerFed] * len(supply[1::2])


@given(script=scripts(everything, 20), blocks=block_sizes)
def test_a_wish_to_yield_is_answered_once_at_most_and_only_when_all_is_heard(
    script: Script, blocks: tuple[int, ...]
) -> None:
    theatre = Theatre(RAMPED, blocks)
    wishes = 0
    for step in script:
        theatre.play([step])
        wishes += step == Call("yield_at_pause")
        told = [event for event in theatre.ear.news if isinstance(event, AnswerYielded)]
        assert len(told) <= wishes
        wishes -= len(told)
        for event in told:
            heard = theatre.playout.heard_samples(event.answer)
            theatre.ear.listen(2_000)
            assert theatre.playout.heard_samples(event.answer) == heard
