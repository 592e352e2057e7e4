"""Conversations by chance on a running device: nobody waits for ever, and every word is told once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import AppendAudio
from appliance.pcm.formats import Pcm
from tests.service.live_chance import LONG_TURN_S, Deed, Said, Scene, play_scene, scene_by_chance
from tests.service.live_judge import told, wrong_in

SEEDS = range(20)
SCENE = Scene(
    said=(Said(500, 1500), Said(5000, 700)),
    deeds=(),
    answers_ms=(1000,),
    answer_delay_ms=0,
    breaks_off=False,
    strategy="immediate",
    max_turn_s=LONG_TURN_S,
    late_ms=10,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conversation_by_chance_comes_to_rest_with_every_word_told_once(seed: int) -> None:
    scene = scene_by_chance(seed)
    assert wrong_in(scene, play_scene(scene)) == []


# ------------------------------------------------------------------- nothing wrong goes unseen


def without_some(told: list[Pcm]) -> list[Pcm]:
    return [*told[:20], *told[21:]]


def without_a_sample(told: list[Pcm]) -> list[Pcm]:
    return [*told[:20], told[20][1:], *told[21:]]


def twice(told: list[Pcm]) -> list[Pcm]:
    return [*told[:21], *told[20:]]


def exchanged(told: list[Pcm]) -> list[Pcm]:
    return [*told[:20], told[21], told[20], *told[22:]]


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (without_some, "is not told"),
        (without_a_sample, "is not told"),
        (twice, "told 2 times"),
        (exchanged, "out of order"),
    ],
)
def test_what_is_told_wrongly_is_found(change: Callable[[list[Pcm]], list[Pcm]], seen: str) -> None:
    played = play_scene(SCENE)
    played.provider.told = [AppendAudio(pcm) for pcm in change(told(played))]
    assert any(seen in sentence for sentence in wrong_in(SCENE, played))


def test_who_waits_for_ever_is_found() -> None:
    played = replace(play_scene(SCENE), state=State.LISTENING)
    assert wrong_in(SCENE, played) == ["it does not come to rest: listening"]


KEPT = replace(SCENE, said=(Said(500, 4000), Said(7000, 700)), answers_ms=(4000,), max_turn_s=2)


@pytest.mark.parametrize(
    "scene",
    [
        replace(SCENE, deeds=(Deed(650, "mute", 1000),)),
        replace(SCENE, deeds=(Deed(650, "unplug", 1000),)),
        replace(KEPT, deeds=(Deed(5000, "stop"),)),
    ],
    ids=lambda scene: scene.deeds[0].kind,
)
def test_what_was_taken_back_or_not_heard_need_not_be_told(scene: Scene) -> None:
    played = play_scene(scene)
    said = sum(np.count_nonzero(words.pcm) for words in scene.said)
    assert np.count_nonzero(np.concatenate(told(played))) < said
    assert wrong_in(scene, played) == []
