"""The server's own turn detection says when a turn ended, and commits by itself; asking stays ours."""

import json

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerDone,
    AppendAudio,
    CancelAnswer,
    CommitTurn,
    DiscardTurn,
    SessionConfig,
    TurnEndHeard,
    UserTranscript,
)
from appliance.pcm.formats import Pcm
from appliance.providers.openai.session_frames import TurnDetection, WireOptions
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, Behaviour, chirp

CONFIG = SessionConfig("Be kind.", provider_ends_turns=True)
SECOND: Pcm = chirp(1.0)[:16_000]


def listening(*hears: tuple[int, int], answers: tuple[Answer, ...] = (Answer(chirp(0.1)),)) -> Pair:
    """A session whose server hears speech in these spans of what is appended (ms)."""
    return Pair(answers, config=CONFIG, behaviour=Behaviour(hears=hears)).ready()


def say(pair: Pair, pcm: Pcm = SECOND) -> Pair:
    """Appended in blocks of 32 ms, and heard as it comes."""
    for block in np.split(pcm, range(512, len(pcm), 512)):
        pair.command(AppendAudio(block))
        pair.settle(play=False)
    return pair


def said(pair: Pair, answer: int) -> list[tuple[str, bool]]:
    events = [e for e in pair.events if isinstance(e, UserTranscript) and e.answer == answer]
    return [(event.text, event.final) for event in events]


@pytest.mark.parametrize("kind", ["semantic_vad", "server_vad"])
def test_the_server_is_asked_to_listen_and_to_do_nothing_more(kind: TurnDetection) -> None:
    pair = Pair(config=CONFIG, options=WireOptions("marin", "m", turn_detection=kind)).ready()
    detection = pair.sent[0]["session"]["audio"]["input"]["turn_detection"]
    assert detection == {"type": kind, "create_response": False, "interrupt_response": False}
    assert pair.record.violations == []


def test_a_turn_whose_end_was_heard_is_asked_without_a_commit_of_ours() -> None:
    pair = say(listening((100, 900)))
    assert pair.events.count(TurnEndHeard()) == 1
    pair.sent.clear()
    pair.command(CommitTurn(1))
    assert [kind for kind in pair.kinds_sent() if "append" not in kind] == ["response.create"]
    pair.settle()
    assert isinstance(pair.events[-1], AnswerDone)
    assert len(pair.record.turns) == 1
    assert pair.record.violations == pair.record.races == []


def test_words_that_came_before_the_turn_was_asked_are_told_once_it_is() -> None:
    pair = say(listening((100, 900), answers=(Answer(user_transcript="what time is it"),)))
    assert said(pair, 1) == []
    pair.command(CommitTurn(1))
    pair.settle()
    assert said(pair, 1) == [("what time is it", True)]


def test_several_ends_within_one_turn_are_one_turn_and_no_sample_is_lost() -> None:
    answers = (Answer(user_transcript="well"), Answer(chirp(0.1), user_transcript="what time is it"))
    pair = say(listening((100, 300), (500, 900), answers=answers))
    assert pair.events.count(TurnEndHeard()) == 2
    pair.command(CommitTurn(1))
    pair.settle()
    assert said(pair, 1)[-1] == ("well what time is it", True)
    assert pair.record.asked == ["1"]
    turns = np.concatenate([turn.pcm24k for turn in pair.record.turns])
    rest = pair.record.appended_samples - len(turns)
    assert 0 <= rest < 24_000 * 0.11  # what was said after the last end, which begins the next turn


def test_what_came_after_the_servers_end_begins_what_is_said_next() -> None:
    pair = say(listening((100, 900)))
    pair.command(CommitTurn(1))
    pair.settle()
    say(pair)
    pair.command(CommitTurn(2))
    pair.settle()
    turns = [len(turn.pcm24k) for turn in pair.record.turns]
    assert sum(turns) == pair.record.appended_samples
    assert [e.answer for e in pair.events if isinstance(e, AnswerDone)] == [1, 2]
    assert pair.record.violations == pair.record.races == []


def test_silence_of_ours_commits_what_the_server_still_listens_to() -> None:
    pair = say(listening((100, 5000)))
    pair.command(CommitTurn(1))
    assert pair.kinds_sent()[-2:] == ["input_audio_buffer.commit", "response.create"]
    pair.settle()
    assert said(pair, 1)[-1] == ("a question", True)
    assert TurnEndHeard() not in pair.events
    assert isinstance(pair.events[-1], AnswerDone)
    assert pair.record.violations == []


def test_a_turn_of_which_more_was_said_after_the_servers_end_is_committed_too() -> None:
    pair = say(listening((100, 400), (600, 5000)))
    pair.command(CommitTurn(1))
    pair.settle()
    assert [len(turn.pcm24k) > 0 for turn in pair.record.turns] == [True, True]
    assert said(pair, 1)[-1] == ("a question a question", True)
    assert sum(len(turn.pcm24k) for turn in pair.record.turns) == pair.record.appended_samples


def test_commits_that_cross_are_one_turn() -> None:
    """The server hears the end on the way of our commit, which then finds nothing."""
    pair = listening((100, 480))
    pair.command(AppendAudio(SECOND[:8000]))
    pair.command(CommitTurn(1))
    pair.settle()
    assert len(pair.record.races) == 1
    assert pair.record.violations == []
    assert TurnEndHeard() not in pair.events  # it was over by our own word
    assert said(pair, 1)[-1] == ("a question", True)
    assert [e.answer for e in pair.events if isinstance(e, AnswerDone)] == [1]
    say(pair)
    pair.command(CommitTurn(2))
    pair.settle()
    assert said(pair, 2)[-1][1]


def test_a_burst_of_a_turn_told_again_is_one_turn_however_often_the_server_ends_it() -> None:
    answers = (Answer(user_transcript="well"), Answer(user_transcript="er"), Answer(chirp(0.1)))
    pair = listening((100, 200), (300, 600), answers=answers)
    for block in np.split(SECOND, 4):
        pair.command(AppendAudio(block))
    pair.command(CommitTurn(1))
    pair.settle()
    assert said(pair, 1)[-1] == ("well er a question", True)
    assert sum(len(turn.pcm24k) for turn in pair.record.turns) == pair.record.appended_samples
    assert pair.record.asked == ["1"]


def test_what_the_server_made_of_a_discarded_turn_is_deleted() -> None:
    pair = say(listening((100, 600)))
    pair.command(DiscardTurn())
    pair.settle()
    assert pair.record.deleted == [pair.record.turns[0].item_id]
    say(pair, SECOND[:4000])
    pair.command(CommitTurn(1))
    pair.settle()
    assert said(pair, 1)[-1] == ("a question", True)
    assert pair.record.violations == []


def test_a_turn_that_goes_on_after_the_servers_end_has_both_halves() -> None:
    pair = say(listening((100, 900), (1100, 1900)))
    pair.command(CommitTurn(1))
    pair.command(CancelAnswer(1, 0))
    say(pair)
    pair.command(CommitTurn(2))
    pair.settle()
    assert said(pair, 1)[-1] == ("a question", True)
    assert said(pair, 2)[-1] == ("a question", True)
    assert pair.events.count(TurnEndHeard()) == 2
    assert pair.received_samples(2) == 2400


def test_an_end_without_a_beginning_is_not_told() -> None:
    pair = listening()
    stopped = {"type": "input_audio_buffer.speech_stopped", "item_id": "i", "audio_end_ms": 5}
    assert pair.codec.decode(json.dumps(stopped)) is None


def test_what_was_held_open_after_the_servers_end_is_committed_too() -> None:
    pair = say(say(listening((100, 900))))
    pair.command(CommitTurn(1))
    pair.settle()
    assert sum(len(turn.pcm24k) for turn in pair.record.turns) == pair.record.appended_samples
    assert said(pair, 1)[-1] == ("a question a question", True)
    assert pair.record.violations == []


def test_a_server_that_listens_although_it_was_told_not_to_is_not_listened_to() -> None:
    pair = Pair().ready()
    for kind in ("started", "stopped"):
        heard = {"type": f"input_audio_buffer.speech_{kind}", "item_id": "i", f"audio_{kind}_ms": 5}
        assert pair.codec.decode(json.dumps(heard)) is None
    say(pair)
    pair.command(CommitTurn(1))
    assert pair.kinds_sent()[-2:] == ["input_audio_buffer.commit", "response.create"]


def test_an_item_that_is_not_understood_does_not_keep_the_words_from_being_final() -> None:
    answers = (Answer(user_transcript="what time is it"), Answer(chirp(0.1), user_transcript=""))
    pair = say(listening((100, 300), (500, 900), answers=answers))
    pair.command(CommitTurn(1))
    pair.settle()
    assert said(pair, 1) == [("what time is it", True)]


def test_an_answer_that_is_cancelled_in_reply_to_words_that_were_due_tells_nothing_after_that() -> None:
    pair = say(listening((100, 900), answers=(Answer(user_transcript="what time is it"),)))
    pair.command(CommitTurn(1))
    while pair.serve():
        pass
    told = pair.codec.events(pair.to_client.popleft())
    assert isinstance(next(told), UserTranscript)
    pair.command(CancelAnswer(1, 0))
    assert list(told) == []


def test_what_the_server_made_of_a_turn_that_was_discarded_meanwhile_is_deleted_too() -> None:
    """The server's word of the end is on its way when the turn is taken back."""
    answers = (Answer(user_transcript="not for you"), Answer(chirp(0.1), user_transcript="what time is it"))
    pair = listening((100, 900), answers=answers)
    pair.command(AppendAudio(SECOND))
    while pair.serve():
        pass
    pair.command(DiscardTurn())
    pair.settle()
    assert pair.record.deleted == [pair.record.turns[0].item_id]
    pair.command(AppendAudio(SECOND[:9600]))  # so soft that the server does not hear it begin
    pair.command(CommitTurn(1))
    pair.settle()
    assert said(pair, 1)[-1] == ("what time is it", True)
    assert len(pair.record.turns[1].pcm24k) == 14_400
    assert TurnEndHeard() not in pair.events
    assert pair.record.violations == pair.record.races == []


def test_nothing_that_was_on_its_way_when_the_server_ended_a_discarded_turn_begins_the_next() -> None:
    pair = listening((100, 400), answers=(Answer(), Answer(chirp(0.1))))
    for block in np.split(SECOND, 4):
        pair.command(AppendAudio(block))
        pair.serve()
    pair.settle(play=False)  # the server's end comes after all was sent
    pair.command(DiscardTurn())
    pair.command(AppendAudio(SECOND))
    pair.command(CommitTurn(1))
    pair.settle()
    assert len(pair.record.turns[1].pcm24k) == 24_000
