"""What the codec sends and understands, against the strict server and the vendor's own types."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    ClosingSoon,
    CommitTurn,
    DiscardTurn,
    HistoryItem,
    Ready,
    SessionConfig,
    UsageUnit,
    UserTranscript,
)
from appliance.pcm.formats import Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.openai.codec import OpenAiCodec
from appliance.providers.openai.frames import MAX_APPEND_SAMPLES
from tests.simulators.openai_pair import CONFIG, VOICE, Pair
from tests.simulators.openai_script import Answer, chirp
from tests.simulators.openai_types import mistakes_of_client

HALF_SECOND: Pcm = chirp(1.0)[:8000]


def ask(pair: Pair, answer: int, pcm: Pcm = HALF_SECOND) -> Pair:
    pair.command(AppendAudio(pcm))
    pair.command(CommitTurn(answer))
    return pair


def test_session_is_set_up_in_one_update_with_our_own_turn_taking() -> None:
    pair = Pair().ready()
    pcm = {"type": "audio/pcm", "rate": 24000}
    assert pair.sent == [
        {
            "type": "session.update",
            "event_id": "update-0",
            "session": {
                "type": "realtime",
                "output_modalities": ["audio"],
                "instructions": "Be kind.",
                "audio": {
                    "input": {
                        "format": pcm,
                        "turn_detection": None,
                        "transcription": {"model": "gpt-live-transcribe", "language": "en"},
                    },
                    "output": {"format": pcm, "voice": "marin"},
                },
            },
        }
    ]
    assert pair.server.session["audio"]["input"]["turn_detection"] is None
    assert not pair.record.violations


def test_transcription_is_told_the_language_without_its_region() -> None:
    codec = OpenAiCodec(VOICE, SessionConfig("", "de-AT"), ())
    codec.decode('{"type":"session.created","session":{}}')
    (update,) = codec.replies()
    assert json.loads(update)["session"]["audio"]["input"]["transcription"]["language"] == "de"


def test_nothing_is_sent_before_the_server_spoke_and_ready_waits_for_the_update() -> None:
    pair = Pair()
    assert not pair.to_server
    pair.receive()
    assert pair.events == []
    pair.serve()
    pair.receive()
    assert pair.events == [Ready(), ClosingSoon(3600)]


def test_history_is_told_as_text_before_ready() -> None:
    history = (
        HistoryItem("system", "It is night."),
        HistoryItem("user", "Hello?"),
        HistoryItem("assistant", ""),
        HistoryItem("assistant", "Hi."),
    )
    pair = Pair(history=history)
    pair.receive()
    while pair.serve():
        pass
    assert pair.events == []
    assert pair.record.history == [("system", "It is night."), ("user", "Hello?"), ("assistant", "Hi.")]
    assert not pair.record.violations


@settings(deadline=None)  # the machine is shared
@given(st.lists(st.integers(1, 2000), min_size=1, max_size=30))
def test_every_sample_of_a_turn_arrives_however_it_is_cut(sizes: list[int]) -> None:
    turn = chirp(4.0)[: sum(sizes) + 1600]
    pair = Pair().ready()
    for piece in np.split(turn, np.cumsum(sizes)):
        pair.command(AppendAudio(piece))
    pair.command(CommitTurn(1))
    pair.settle()
    whole = Resampler(16_000, 24_000)
    expected = np.concatenate([whole.process(turn), whole.flush()])
    assert np.array_equal(pair.record.turns[0].pcm24k, expected)
    assert abs(len(expected) - 1.5 * len(turn)) <= 1


def test_a_second_turn_starts_with_a_fresh_resampler() -> None:
    pair = Pair().ready()
    for answer in (1, 2):
        ask(pair, answer).settle()
    first, second = pair.record.turns
    assert np.array_equal(first.pcm24k, second.pcm24k)


def test_long_sound_goes_in_frames_of_bounded_size() -> None:
    pair = Pair().ready()
    pair.sent.clear()
    pair.command(AppendAudio(np.ones(10 * 16_000, np.int16)))
    assert len(pair.sent) >= 20
    assert max(len(event["audio"]) for event in pair.sent) <= MAX_APPEND_SAMPLES * 2 * 4 / 3 + 4


def test_turn_shorter_than_the_vendor_takes_is_filled_up_with_silence() -> None:
    pair = ask(Pair().ready(), 1, HALF_SECOND[:200]).settle()
    assert not pair.record.violations
    turn = pair.record.turns[0].pcm24k
    assert len(turn) == 2400
    assert turn[:300].any()
    assert not turn[300:].any()


def test_asking_without_a_turn_asks_for_what_was_said_before() -> None:
    pair = Pair().ready()
    pair.sent.clear()
    pair.command(CommitTurn(1))
    assert pair.kinds_sent() == ["response.create"]


def test_commit_and_create_carry_ids_that_say_what_they_are() -> None:
    pair = ask(Pair().ready(), 7)
    assert pair.sent[-2:] == [
        {"type": "input_audio_buffer.commit", "event_id": "commit-7"},
        {"type": "response.create", "event_id": "create-7", "response": {"metadata": {"answer": "7"}}},
    ]


def test_an_answer_comes_with_its_sound_words_and_cost() -> None:
    sound = chirp(0.5)
    pair = ask(Pair(Answer(sound, "One two three.", user_transcript="what is it")).ready(), 3).settle()
    events = pair.of_answer(3)
    assert events[0] == AnswerStarted(3)
    assert np.array_equal(np.concatenate([e.pcm for e in events if isinstance(e, AnswerAudio)]), sound)
    words = [(e.text, e.final) for e in events if isinstance(e, AnswerTranscript)]
    assert words == [("One", False), ("One two", False), ("One two three.", False), ("One two three.", True)]
    done = events[-1]
    assert isinstance(done, AnswerDone)
    assert done.complete
    assert done.usage == {
        UsageUnit.INPUT_TEXT_TOKENS: 60,
        UsageUnit.INPUT_AUDIO_TOKENS: 40,
        UsageUnit.OUTPUT_TEXT_TOKENS: 3,
        UsageUnit.OUTPUT_AUDIO_TOKENS: 10,
    }


def test_words_of_several_items_add_up() -> None:
    pair = ask(Pair(Answer(chirp(0.4), "One two three four", items=2)).ready(), 1).settle()
    texts = [e for e in pair.of_answer(1) if isinstance(e, AnswerTranscript)]
    assert texts[-1].text == "One two three four"


def test_the_persons_words_are_told_with_the_answer_they_led_to() -> None:
    answers = [Answer(user_transcript="first one"), Answer(user_transcript="second")]
    pair = Pair(answers).ready()
    for answer in (4, 5):
        ask(pair, answer).settle()
    said = [e for e in pair.events if isinstance(e, UserTranscript)]
    assert [(e.answer, e.text, e.final) for e in said] == [
        (4, "first", False),
        (4, "first one", False),
        (4, "first one", True),
        (5, "second", False),
        (5, "second", True),
    ]
    assert said[0].item == pair.record.turns[0].item_id


def test_the_persons_words_come_also_when_the_answer_was_cancelled() -> None:
    pair = ask(Pair(Answer(user_transcript="hm")).ready(), 1)
    pair.command(CancelAnswer(1, 0))
    pair.settle()
    assert UserTranscript(1, "hm", final=True, item=pair.record.turns[0].item_id) in pair.events
    assert pair.of_answer(1) == []


def test_the_persons_words_find_their_answer_although_the_server_acknowledges_late() -> None:
    pair = Pair([Answer(user_transcript="first"), Answer(user_transcript="second")]).ready()
    ask(ask(pair, 1), 2).settle()
    said = [e for e in pair.events if isinstance(e, UserTranscript) and e.final]
    assert [(e.answer, e.text) for e in said] == [(1, "first"), (2, "second")]


def test_the_persons_words_find_their_answer_although_a_commit_was_refused() -> None:
    pair = ask(ask(Pair().ready(), 1), 2)
    error = {"code": "input_audio_buffer_commit_empty", "event_id": "commit-1"}
    pair.codec.decode(json.dumps({"type": "error", "error": error}))
    pair.codec.decode('{"type":"input_audio_buffer.committed","item_id":"i"}')
    kind = "conversation.item.input_audio_transcription.completed"
    said = pair.codec.decode(json.dumps({"type": kind, "item_id": "i", "transcript": "second"}))
    assert said == UserTranscript(2, "second", final=True, item="i")


def test_discarded_turn_is_cleared_on_the_server() -> None:
    pair = Pair().ready()
    pair.command(AppendAudio(HALF_SECOND))
    pair.command(DiscardTurn())
    ask(pair, 1, HALF_SECOND[:4000]).settle()
    assert pair.record.cleared == 1
    assert len(pair.record.turns[0].pcm24k) == 6000
    assert not pair.record.violations


def test_discarding_nothing_sends_nothing() -> None:
    pair = Pair().ready()
    pair.sent.clear()
    pair.command(DiscardTurn())
    assert pair.sent == []


def test_incomplete_answer_is_told_as_such() -> None:
    pair = ask(Pair(Answer(incomplete="max_output_tokens")).ready(), 1).settle()
    done = pair.events[-1]
    assert isinstance(done, AnswerDone)
    assert not done.complete


def test_the_names_of_the_beta_are_understood() -> None:
    pair = ask(Pair(Answer(chirp(0.2), "Old names.")).ready(), 1)
    pair.settle(play=False)
    while pair.play():
        for number, frame in enumerate(pair.to_client):
            pair.to_client[number] = frame.replace("response.output_audio", "response.audio")
        pair.settle(play=False)
    assert pair.received_samples(1) == 4800
    assert (
        AnswerTranscript(1, "Old names.", final=True, item="item_000002", item_text="Old names.")
        in pair.events
    )


def test_a_server_without_metadata_is_understood() -> None:
    pair = ask(Pair().ready(), 1)
    while pair.serve():
        pass
    created = {"type": "response.created", "response": {"id": "r", "status": "in_progress"}}
    assert pair.codec.decode(json.dumps(created)) == AnswerStarted(1)


def test_response_that_nobody_asked_for_is_passed_over() -> None:
    pair = ask(Pair().ready(), 2)
    created = {"type": "response.created", "response": {"id": "r", "metadata": {"answer": "1"}}}
    assert pair.codec.decode(json.dumps(created)) is None
    assert pair.codec.ignored.late_events == 1


def test_events_without_meaning_for_us_are_counted() -> None:
    pair = Pair().ready()
    for kind in ("rate_limits.updated", "totally.unknown"):
        assert pair.codec.decode(json.dumps({"type": kind})) is None
    assert pair.codec.ignored.unknown_events == 2


def test_commands_before_ready_are_a_mistake_of_ours() -> None:
    codec = OpenAiCodec(VOICE, CONFIG, ())
    with pytest.raises(RuntimeError):
        codec.encode(CommitTurn(1))


def test_everything_we_can_send_is_valid_for_the_vendors_types() -> None:
    pair = Pair(Answer(chirp(0.5), items=2), history=(HistoryItem("user", "x"),)).ready()
    pair.command(AppendAudio(HALF_SECOND))
    pair.command(DiscardTurn())
    ask(pair, 1).hear(2)
    pair.command(CancelAnswer(1, 50))
    ask(pair, 2).settle()
    pair.command(CancelAnswer(2, 0))
    pair.settle()
    assert {event["type"] for event in pair.sent} == {
        "session.update",
        "conversation.item.create",
        "conversation.item.truncate",
        "conversation.item.delete",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "input_audio_buffer.clear",
        "response.create",
        "response.cancel",
    }
    assert [mistake for event in pair.sent for mistake in mistakes_of_client(event)] == []
    assert pair.record.violations == []
