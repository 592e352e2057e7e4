"""Turns that a model helps to end, through the whole conversation and in virtual time."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from appliance.hearing.shipped_model import ModelError
from appliance.pcm.formats import Pcm
from appliance.service.assembly import Assembly
from tests.hearing.turns.turn_models import ToldModel
from tests.service.scripted import ScriptedProvider, silence, speech, tone
from tests.service.stage import Played, play

MODEL = "hearing.end_of_turn=model"
DONE, PERHAPS, NOT_DONE = 1.0, 0.2, 0.0


def conversation(
    *near: Pcm, says: Callable[[Pcm], float], settings: tuple[str, ...] = (MODEL,), **more: Any
) -> Played:
    return play(*near, settings=settings, turn_model=lambda: ToldModel(says), **more)


def committed(played: Played) -> list[dict[str, Any]]:
    return [event for event in played.events if event["event"] == "turn_committed"]


def waited_ms(played: Played) -> list[int]:
    return [event["endpoint_ms"] for event in played.events if event["event"] == "latency"]


@pytest.mark.parametrize(
    ("complete", "cause", "at_least_ms", "at_most_ms"),
    [(DONE, "end_of_turn", 190, 330), (PERHAPS, "silence", 790, 840), (NOT_DONE, "silence", 855, 910)],
)
def test_a_turn_that_sounds_complete_is_answered_sooner_and_one_that_does_not_later(
    complete: float, cause: str, at_least_ms: int, at_most_ms: int
) -> None:
    played = conversation(silence(500), speech(1000), silence(4000), says=lambda pcm: complete)
    assert [event["cause"] for event in committed(played)] == [cause]
    (waited,) = waited_ms(played)
    assert at_least_ms <= waited <= at_most_ms


@pytest.mark.parametrize(("complete", "least_ms"), [(DONE, 600), (NOT_DONE, 806)])
def test_the_owners_limits_hold(complete: float, least_ms: int) -> None:
    limits = (MODEL, "hearing.end_silence_min_ms=600", "hearing.end_silence_max_ms=1000")
    played = conversation(
        silence(500), speech(1000), silence(4000), says=lambda pcm: complete, settings=limits
    )
    (waited,) = waited_ms(played)
    assert least_ms - 10 <= waited <= least_ms + 40


def test_without_the_model_it_works_by_silence_and_says_so() -> None:
    def missing() -> ToldModel:
        raise ModelError("The end-of-turn model x.onnx cannot be loaded: No such file")

    sentences: list[str] = []
    played = play(
        silence(500),
        speech(1000),
        silence(3000),
        settings=(MODEL,),
        turn_model=missing,
        warn=sentences.append,
    )
    assert [event["cause"] for event in committed(played)] == ["silence"]
    (waited,) = waited_ms(played)
    assert 790 <= waited <= 840
    assert sentences == [
        "The end-of-turn model x.onnx cannot be loaded: No such file; until it is installed again, "
        "silence alone ends a turn"
    ]


@pytest.mark.parametrize("delay_ms", [0, 900])
def test_who_goes_on_after_an_early_end_finds_nothing_said(delay_ms: float) -> None:
    """The model erred: it costs a cancelled answer and no word, and it does not err again in this turn."""
    played = conversation(
        silence(500),
        speech(1000),
        silence(600),
        speech(1000),
        silence(500),
        speech(800),
        silence(3000),
        says=lambda pcm: DONE,
        provider=ScriptedProvider([tone(500)] * 3, delay_ms=delay_ms),
    )
    opened = [event for event in played.events if event["event"] == "turn_opened"]
    assert len(opened) == 1
    assert [event["cause"] for event in committed(played)] == ["end_of_turn", "silence"]
    assert committed(played)[-1]["audio_ms"] > 3900
    (audible,) = [event["t_ms"] for event in played.events if event["event"] == "answer_audible"]
    assert audible > 500 + 1000 + 600 + 1000 + 500 + 800


@pytest.mark.parametrize(("delay_ms", "audible_after_ms"), [(0, 800), (1000, 1250)])
def test_an_answer_to_an_early_end_is_heard_when_it_is_sure_or_when_it_is_there(
    delay_ms: float, audible_after_ms: int
) -> None:
    played = conversation(
        silence(500),
        speech(1000),
        silence(4000),
        says=lambda pcm: DONE,
        provider=ScriptedProvider([tone(500)], delay_ms=delay_ms),
    )
    (latency,) = [event for event in played.events if event["event"] == "latency"]
    assert latency["endpoint_ms"] < 330
    assert audible_after_ms <= latency["total_ms"] <= audible_after_ms + 140


def test_a_conversation_is_the_same_whatever_the_machine_needs_for_a_verdict() -> None:
    def one(delay_s: float) -> list[tuple[Any, Any]]:
        def think(pcm: Pcm) -> float:
            time.sleep(delay_s)  # the machine is what this is about
            return DONE if len(pcm) > 25_000 else PERHAPS

        played = conversation(silence(500), speech(700), silence(900), speech(900), silence(2500), says=think)
        return [(event["t_ms"], event["event"]) for event in played.events]

    assert one(0.0) == one(0.15)


def slow_talk(pause_ms: float, pauses: int) -> list[Pcm]:
    """One sentence with so many pauses, each after a word of 300 ms."""
    return [part for _ in range(pauses) for part in (speech(300), silence(pause_ms))]


def test_the_pauses_of_those_who_speak_here_are_learnt() -> None:
    played = play(silence(500), *slow_talk(700, 14), speech(300), silence(3000))
    (waited,) = waited_ms(played)
    assert 830 <= waited <= 900
    samples, pauses = played.assembly.hearing.learnt
    assert samples == pytest.approx(13_400, abs=500)
    assert pauses == 14


def test_they_are_not_where_the_owner_does_not_want_it() -> None:
    wish = "hearing.learn_pauses=false"
    played = play(silence(500), *slow_talk(700, 14), speech(300), silence(3000), settings=(wish,))
    (waited,) = waited_ms(played)
    assert 790 <= waited <= 840


def test_forgetting_forgets_how_people_speak() -> None:
    told: list[int] = []

    def forget(assembly: Assembly) -> None:
        if assembly.hearing.learnt[1] >= 10 and not told:
            told.append(assembly.hearing.learnt[1])
            assembly.forget()

    played = play(silence(500), *slow_talk(700, 12), silence(3000), each_tick=forget)
    assert told == [10]
    assert played.assembly.hearing.learnt[1] < 10


def test_who_was_thought_to_be_done_and_went_on_teaches_too() -> None:
    played = play(
        *(silence(500), speech(1000), silence(1000), speech(1000), silence(3000)),
        provider=ScriptedProvider([tone(500)] * 2, delay_ms=1500),
    )
    assert len(committed(played)) == 2
    assert played.assembly.hearing.learnt[1] == 1
