"""Whatever is asked of the playout, in whatever order: no sample is lost, and blocks do not matter."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import AnswerAudible, AnswerFed, AnswerHeard, AnswerStarved
from tests.audio.playout_ear import PLAIN, RATE_HZ, Ear, numbered


@dataclass(frozen=True)
class Append:
    samples: int


@dataclass(frozen=True)
class Listen:
    samples: int
    delay_samples: int


@dataclass(frozen=True)
class Call:
    name: str


Script = list[Append | Listen | Call]

RAMPED = PlayoutOptions(RATE_HZ, max_answer_s=0.3)
ANSWER, CLIP = 1, 9
CLIP_PCM = np.full(700, -9_000, np.int16)

appends = st.builds(Append, st.integers(0, 1_500))
listens = st.builds(Listen, st.integers(1, 1_200), st.sampled_from([0, 100, 640, 2_000]))
moves = st.sampled_from(["play", "duck", "hush", "resume"]).map(Call)
anything = st.sampled_from(
    ["play", "duck", "hush", "resume", "flush", "end", "begin", "say", "stop_clip"]
).map(Call)
block_sizes = st.lists(st.integers(1, 700), min_size=1, max_size=6).map(tuple)


class Theatre:
    """Plays a script; answers are numbered, their samples run on from one to the next."""

    def __init__(self, options: PlayoutOptions, blocks: tuple[int, ...]) -> None:
        self.playout = Playout(options)
        self.ear = Ear(self.playout, blocks=blocks)
        self.answer = ANSWER
        self.generated = 0
        self.accounts: list[tuple[int, bytes]] = []  # heard and remaining after every step
        self.playout.begin(ANSWER)

    def play(self, script: Script) -> None:
        for step in script:
            self.take(step)
            remaining = self.playout.remaining(self.answer).tobytes()
            self.accounts.append((self.playout.heard_samples(self.answer), remaining))

    def take(self, step: Append | Listen | Call) -> None:
        match step:
            case Append(samples=samples):
                refused = self.playout.append(self.answer, numbered(self.generated, samples))
                self.generated += samples - refused
            case Listen(samples=samples, delay_samples=delay_samples):
                self.ear.delay_samples = delay_samples
                self.ear.listen(samples)
            case Call(name="begin"):
                self.answer += 1
                self.playout.begin(self.answer)
            case Call(name="end"):
                self.playout.end(self.answer)
            case Call(name="say"):
                self.playout.say(CLIP, CLIP_PCM)
            case Call(name=name):
                getattr(self.playout, name)()


@given(script=st.lists(appends | listens | moves, max_size=30), blocks=block_sizes)
def test_every_sample_sounds_once_and_in_order(script: Script, blocks: tuple[int, ...]) -> None:
    theatre = Theatre(PLAIN, blocks)
    theatre.play([Call("play"), *script, Call("resume"), Call("end")])
    theatre.ear.listen(theatre.generated + 1)
    sound = theatre.ear.sound
    assert np.array_equal(sound[sound != 0], numbered(0, theatre.generated))


@given(script=st.lists(appends | listens | moves, max_size=30), blocks=block_sizes)
def test_heard_and_remaining_are_what_was_generated_and_what_the_playhead_passed(
    script: Script, blocks: tuple[int, ...]
) -> None:
    theatre = Theatre(PLAIN, blocks)
    playhead = 0
    for step in [Call("play"), *script]:
        theatre.play([step])
        playhead = max(playhead, theatre.playout.position - theatre.ear.delay_samples)
        heard = int(np.count_nonzero(theatre.ear.sound[:playhead]))
        assert theatre.playout.heard_samples(ANSWER) == heard
        remaining = numbered(heard, theatre.generated - heard)
        assert np.array_equal(theatre.playout.remaining(ANSWER), remaining)


@given(script=st.lists(appends | listens | anything, max_size=40), one=block_sizes, other=block_sizes)
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


@given(script=st.lists(appends | listens | anything, max_size=40), blocks=block_sizes)
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
