"""A turn that ends without a question leaves nothing with the provider, though it was streamed already."""

import numpy as np
import pytest

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import (
    AppendAudio,
    CancelAnswer,
    CloseSession,
    CommitTurn,
    DiscardTurn,
    MuteWanted,
    StopWanted,
    Wish,
)
from appliance.service.assembly import Assembly
from tests.service.event_schema import problems
from tests.service.stage import Played, ScriptedProvider, play, silence, speech, tone, wishes
from tests.service.strict_provider import StrictProvider
from tests.simulators.openai_script import Answer, Record

WORDS = speech(1000, seed=2)


def ended(*wished: tuple[float, Wish]) -> tuple[Played, Record]:
    """A turn that is ended while somebody speaks, and a whole one after it."""
    provider = StrictProvider([Answer(tone(300))])
    near = (silence(500), speech(1500), silence(3000), WORDS, silence(3000))
    played = play(*near, provider=provider, each_tick=wishes(*wished))
    assert problems(played.events) == []
    (record,) = provider.records
    assert record.violations == record.races == []
    return played, record


@pytest.mark.parametrize(
    "wished",
    [
        [(1950.0, StopWanted())],
        [(1950.0, MuteWanted(True)), (4000.0, MuteWanted(False))],
    ],
    ids=["stop", "mute"],
)
def test_what_was_streamed_is_cleared_and_no_part_of_the_next_turn(wished: list[tuple[float, Wish]]) -> None:
    played, record = ended(*wished)
    discarded, *_ = played.of("turn_discarded")
    assert discarded["turn"] == 1
    assert record.cleared == 1
    assert record.appended_samples > len(record.turns[0].pcm24k)
    (turn,) = record.turns
    loud = np.flatnonzero(np.abs(turn.pcm24k.astype(np.int32)) > 2000)
    assert (loud[-1] - loud[0]) / 24_000 == pytest.approx(1.0, abs=0.05)


def test_a_turn_whose_answer_is_stopped_before_its_first_sample_is_heard_is_over() -> None:
    """Else it would be taken to go on, and no session would be renewed or left for a better one."""
    heard_ms: list[int] = []

    def stop_at_once(assembly: Assembly) -> None:
        if assembly.conductor.state is State.SPEAKING:
            heard_ms.append(assembly.answers.heard_ms())
            assembly.conductor.post(StopWanted())

    provider = ScriptedProvider([tone(2000)])
    play(silence(500), speech(1000), silence(3000), provider=provider, each_tick=stop_at_once)
    assert heard_ms == [0]
    told = [command for command in provider.told if not isinstance(command, AppendAudio)]
    assert told == [CommitTurn(1), CancelAnswer(1, 0), DiscardTurn(), CloseSession()]
