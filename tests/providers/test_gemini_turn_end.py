"""The server says when the person's turn ended; asking stays ours."""

import numpy as np

from appliance.conversation.vocabulary import (
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    ProviderEvent,
    SessionConfig,
    TurnEndHeard,
    UserTranscript,
)
from tests.simulators.gemini_pair import Pair
from tests.simulators.gemini_script import Answer, Behaviour
from tests.simulators.openai_script import chirp

CONFIG = SessionConfig("Be kind.", provider_ends_turns=True)
SHORT = Answer(chirp(0.3), "Fine.")
HALF_A_SECOND = chirp(0.4)[:8000]


def pair_that_ends_turns(behaviour: Behaviour) -> Pair:
    return Pair(SHORT, behaviour, config=CONFIG).ready()


def test_the_end_of_a_turn_is_told_once_and_the_answer_waits_until_it_is_asked_for() -> None:
    pair = pair_that_ends_turns(Behaviour(ends_turn_after_ms=500))
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.settle()  # the whole answer is there
    assert [e for e in pair.events if isinstance(e, TurnEndHeard)] == [TurnEndHeard()]
    assert pair.of_answer(1) == []
    pair.command(AppendAudio(HALF_A_SECOND[:1600]))
    pair.command(CommitTurn(1))
    assert np.array_equal(pair.received(1), SHORT.pcm24k)
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)
    assert UserTranscript(1, "a question", final=True) in pair.events
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.tail_samples == 1600


def test_a_server_that_does_not_say_so_is_known_by_its_answer() -> None:
    pair = pair_that_ends_turns(Behaviour(ends_turn_after_ms=500, tells_voice_activity=False))
    commits: list[ProviderEvent] = []

    def commit(event: ProviderEvent) -> None:
        if isinstance(event, TurnEndHeard):
            commits.append(event)
            pair.command(CommitTurn(1))

    pair.react = commit
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.settle()
    assert len(commits) == 1
    assert np.array_equal(pair.received(1), SHORT.pcm24k)
    assert pair.record.violations == []


def test_local_silence_ends_the_turn_where_the_server_does_not() -> None:
    pair = pair_that_ends_turns(Behaviour())
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.command(CommitTurn(1))
    pair.settle()
    assert pair.record.violations == []
    assert not any(isinstance(e, TurnEndHeard) for e in pair.events)
    assert np.array_equal(pair.received(1), SHORT.pcm24k)


def test_one_turn_after_the_other() -> None:
    pair = pair_that_ends_turns(Behaviour(ends_turn_after_ms=500))
    for number in (1, 2, 3):
        pair.command(AppendAudio(HALF_A_SECOND))
        pair.settle()
        pair.command(CommitTurn(number))
        pair.settle()
        assert np.array_equal(pair.received(number), SHORT.pcm24k)
    assert len([e for e in pair.events if isinstance(e, TurnEndHeard)]) == 3
    assert pair.record.violations == []


def test_nothing_of_a_cancelled_answer_is_told_that_came_before_it_was_asked_for() -> None:
    pair = pair_that_ends_turns(Behaviour(ends_turn_after_ms=500))
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.settle()

    def cancel(event: ProviderEvent) -> None:
        if isinstance(event, AnswerStarted):
            pair.codec.encode(CancelAnswer(1, 0))

    pair.react = cancel
    pair.command(CommitTurn(1))
    assert pair.of_answer(1) == [AnswerStarted(1)]


def test_a_turn_that_goes_on_is_answered_by_the_second_answer_and_not_by_the_first() -> None:
    first, second = Answer(chirp(0.5), "Half."), Answer(chirp(0.2), "Whole.")
    pair = Pair([first, second], Behaviour(ends_turn_after_ms=500), config=CONFIG).ready()
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.settle(play=False)
    pair.command(CommitTurn(1))
    pair.command(CancelAnswer(1, 0))  # before anything of it came
    pair.settle()
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.violations == []
    assert pair.of_answer(1) == []
    assert np.array_equal(pair.received(2), second.pcm24k)


def test_an_early_answer_is_written_where_all_answers_are() -> None:
    config = SessionConfig("Be kind.", output="text", provider_ends_turns=True)
    pair = Pair(SHORT, Behaviour(ends_turn_after_ms=500), config=config).ready()
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.settle()
    pair.command(CommitTurn(1))
    assert len(pair.received(1)) == 0
    assert pair.of_answer(1)[-2] == AnswerTranscript(1, "Fine.", final=True, written=True)


def test_the_end_of_what_was_committed_meanwhile_is_not_that_of_what_is_said_next() -> None:
    """The server's word is on its way when our own silence ends the turn, and the person goes on."""
    pair = pair_that_ends_turns(Behaviour(ends_turn_after_ms=500))
    pair.command(AppendAudio(HALF_A_SECOND))
    pair.serve()
    pair.command(CommitTurn(1))
    pair.command(CancelAnswer(1, 0))
    pair.command(AppendAudio(HALF_A_SECOND[:1600]))
    while pair.receive():
        pass
    assert TurnEndHeard() not in pair.events
