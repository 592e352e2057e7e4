"""What the device remembers of an answer is what the provider was told of it, and what was heard."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.history import Line
from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    Asked,
    HistoryItem,
    SessionConfig,
)
from appliance.pcm.formats import Pcm
from appliance.service.assembly import Assembly
from tests.service.event_schema import problems
from tests.service.stage import Played, play, silence, speech, tone, wishes
from tests.service.strict_provider import StrictProvider
from tests.simulators.openai_script import Answer

STORY = "Once upon a time there was a loudspeaker that remembered no more than what it had said aloud."


def story(duration_ms: float, items: int = 1) -> Answer:
    return Answer(tone(duration_ms), STORY, user_transcript="tell me a story", items=items)


def replies(played: Played) -> list[Line]:
    return [line for line in played.assembly.answers.lines() if line.role == "assistant"]


def interrupted(at_ms: int, items: int, speed: float) -> tuple[Played, StrictProvider]:
    """A question, a story of 6 s, and an interruption so long after the question's last word."""
    provider = StrictProvider([story(6000, items), story(400)], speed)
    near: list[Pcm] = [silence(500), speech(1000), silence(at_ms), speech(1200, seed=2), silence(3500)]
    return play(*near, provider=provider), provider


@settings(max_examples=12, deadline=None)
@given(st.integers(1200, 6500), st.integers(1, 3), st.sampled_from([1.5, 4.0, 100.0]))
def test_what_is_remembered_of_an_interrupted_answer_is_what_the_provider_was_told(
    at_ms: int, items: int, speed: float
) -> None:
    played, provider = interrupted(at_ms, items, speed)
    (record,) = provider.records
    assert record.violations == record.races == []
    assert problems(played.events) == []
    told = {cut.item_id: cut.audio_end_ms for cut in record.truncations}
    of_story = [line for line in replies(played) if line.turn == 1]
    for line in of_story:
        assert line.item not in record.deleted
        if not line.complete:
            assert line.heard_ms == told[line.item or ""]
    (interruption,) = played.of("interruption")
    assert interruption["item"] == [*(line.item for line in of_story), *told][-1]
    assert sum(line.heard_ms for line in of_story) <= interruption["heard_ms"]
    assert STORY.startswith(" ".join(line.text for line in of_story))


def test_the_words_of_an_interrupted_answer_are_those_that_were_heard() -> None:
    played, _ = interrupted(4000, 1, speed=100.0)
    (line,) = [line for line in replies(played) if line.turn == 1]
    (interruption,) = played.of("interruption")
    assert 0.4 < line.heard < 0.8
    assert line.heard == pytest.approx(interruption["heard_ms"] / 6000, abs=0.01)
    assert len(line.text) == pytest.approx(line.heard * len(STORY), abs=12)


def test_a_session_that_opens_while_an_answer_plays_is_told_what_will_be_heard_of_it() -> None:
    told: list[tuple[HistoryItem, ...]] = []

    class Reopened(StrictProvider):
        async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
            told.append(history)
            await super().run(config, history, emit)

    provider = Reopened([story(4000)], speed=100.0)

    losses = iter([provider.lose])

    def lose_once(assembly: Assembly) -> None:
        if assembly.record.now_ms() >= 4000:
            next(losses, lambda: None)()

    played = play(silence(500), speech(1000), silence(6000), provider=provider, each_tick=lose_once)
    assert len(told) == 2
    assert told[0] == ()
    assert told[1] == (HistoryItem("user", "tell me a story"), HistoryItem("assistant", STORY))
    assert replies(played)[0].text == STORY


def test_every_event_of_a_message_names_it() -> None:
    played = play(silence(500), speech(1000), silence(5000), provider=StrictProvider([story(1000)]))
    assert problems(played.events) == []
    (line,) = replies(played)
    for kind in ("answer_audible", "answer_done"):
        (event,) = played.of(kind)
        assert event["item"] == line.item
    items = {event["role"]: event["item"] for event in played.of("transcript")}
    assert items == {"user": "item_000001", "assistant": line.item}
    assert played.assembly.answers.lines()[0].item == "item_000001"


def test_a_written_question_and_its_written_answer_are_remembered_and_told() -> None:
    ask = wishes((500.0, Asked("What is your name?", spoken=False)))
    played = play(silence(3000), provider=StrictProvider([story(500)]), each_tick=ask)
    assert problems(played.events) == []
    said = [(line.role, line.text, line.complete) for line in played.assembly.answers.lines()]
    assert said == [("user", "What is your name?", True), ("assistant", STORY, True)]
    told = [(event["role"], event["text"]) for event in played.of("transcript") if event["final"]]
    assert told == [("user", "What is your name?"), ("assistant", STORY)]
