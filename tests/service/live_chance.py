"""A conversation by chance on a running device."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from appliance.conversation.announcements import Sound
from appliance.conversation.vocabulary import Asked, CommitWanted, MuteWanted, StopWanted
from appliance.pcm.formats import Pcm
from tests.service.live_stage import Act, Live, announce, at, play_live, post, ring
from tests.service.stage import Played, ScriptedProvider, sample, silence, speech, tone

# Longer than every deadline of the conversation, one after the other, and shorter than a turn may be: who
# waits for an end that does not come is found waiting.
TAIL_MS: Final = 45_000.0
LONG_TURN_S: Final = 60


@dataclass(frozen=True)
class Said:
    """Speech; no two stretches are alike."""

    at_ms: int
    lasts_ms: int

    @property
    def pcm(self) -> Pcm:
        return speech(self.lasts_ms, seed=self.at_ms)


@dataclass(frozen=True)
class Deed:
    """What somebody does, and takes back `lasts_ms` later where that means something."""

    at_ms: int
    kind: str
    lasts_ms: int = 0


@dataclass(frozen=True)
class Scene:
    """All that chance decides."""

    said: tuple[Said, ...]
    deeds: tuple[Deed, ...]
    answers_ms: tuple[int, ...]
    answer_delay_ms: int
    breaks_off: bool
    strategy: str
    max_turn_s: int
    late_ms: int

    def shorter(self) -> Iterator["Scene"]:
        """The same without one thing that is said or done."""
        for n in range(len(self.deeds)):
            yield replace(self, deeds=self.deeds[:n] + self.deeds[n + 1 :])
        for n in range(len(self.said)):
            yield replace(self, said=self.said[:n] + self.said[n + 1 :])


def scene_by_chance(seed: int) -> Scene:
    chance = random.Random(seed)
    said, now_ms = [], 300
    for _ in range(chance.randint(2, 6)):
        said.append(Said(now_ms, chance.choice([60, 150, 250, 400, 700, 1500, 3500])))
        now_ms += said[-1].lasts_ms + chance.choice([150, 400, 900, 1600, 3000])
    kinds = ["press", "press", "tap", "stop", "ring", "say", "commit", "ask", "mute", "unplug"]
    deeds = []
    for _ in range(chance.randint(0, 4)):
        kind = chance.choice(kinds)
        lasts_ms = 150 if kind == "tap" else chance.randint(450, 2500)
        deeds.append(Deed(chance.randint(300, now_ms), kind, lasts_ms))
    return Scene(
        tuple(said),
        tuple(deeds),
        tuple(chance.choice([300, 1500, 4000]) for _ in range(5)),
        chance.choice([0, 500, 1500]),
        breaks_off=chance.random() < 0.15,
        strategy=chance.choice(["immediate", "immediate", "deferred"]),
        max_turn_s=chance.choice([2, LONG_TURN_S]),
        late_ms=chance.choice([0, 10, 20, 30]),
    )


def play_scene(scene: Scene) -> Played:
    random.seed(1)  # the chain's back-off draws from it
    return play_live(
        _near(scene.said),
        provider=ScriptedProvider(
            [tone(ms) for ms in scene.answers_ms], scene.answer_delay_ms, scene.breaks_off
        ),
        settings=[f"interruption.strategy={scene.strategy}", f"hearing.max_turn_s={scene.max_turn_s}"],
        acts=at(*(act for deed in scene.deeds for act in _acts(deed))),
        late_ms=scene.late_ms,
        tail_ms=TAIL_MS,
    )


def _near(said: Sequence[Said]) -> Pcm:
    near = silence(max((words.at_ms + words.lasts_ms for words in said), default=0) + 4000)
    for words in said:
        near[sample(words.at_ms) :][: sample(words.lasts_ms)] = words.pcm
    return near


def _acts(deed: Deed) -> Iterator[tuple[float, Act]]:
    over_ms = deed.at_ms + deed.lasts_ms
    match deed.kind:
        case "press" | "tap":
            yield deed.at_ms, Live.press
            yield over_ms, Live.let_go
        case "mute":
            yield deed.at_ms, post(MuteWanted(True))
            yield over_ms, post(MuteWanted(False))
        case "unplug":
            yield deed.at_ms, Live.unplug_microphone
            yield over_ms, Live.plug_in_microphone
        case "commit":
            yield deed.at_ms, lambda live: post(CommitWanted(live.time.index_now()))(live)
        case "stop":
            yield deed.at_ms, post(StopWanted())
        case "ask":
            yield deed.at_ms, post(Asked("What time is it?", spoken=True))
        case "ring":
            yield deed.at_ms, ring(deed.lasts_ms)
        case "say":
            yield deed.at_ms, announce(Sound.SAID, tone(500))
