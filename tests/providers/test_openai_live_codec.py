"""Turns over a protocol that has none: our codec and the strict server, joined by a clock of the test."""

from dataclasses import replace

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    AskText,
    CancelAnswer,
    CommitTurn,
    Configure,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    HistoryItem,
    ProviderEvent,
    SessionConfig,
    ToolDeclaration,
    ToolRan,
    UserTranscript,
)
from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.pcm.resample import Resampler
from appliance.providers.openai_live.life import Wish
from appliance.providers.openai_live.opening import MAX_HISTORY_ITEMS
from appliance.providers.openai_live.past import Past
from tests.simulators.live_pair import CONFIG, Pair, history, silence, speech
from tests.simulators.live_script import Answer, Behaviour
from tests.simulators.openai_script import chirp

TOOLS = (ToolDeclaration("clock", "Tells the time.", '{"type":"object","properties":{}}'),)


# ---------------------------------------------------------------- a turn


def test_a_turn_is_answered_whole_in_real_time() -> None:
    answer = Answer(chirp(2.0), "It is late.", user_transcript="what time is it")
    pair = Pair(answer).ready().ask(1).run(5.0)
    assert np.array_equal(np.trim_zeros(pair.sound(1)), np.trim_zeros(answer.pcm24k))
    done = pair.of(AnswerDone)
    assert [d.answer for d in done if isinstance(d, AnswerDone)] == [1]
    order = [type(e) for e in pair.events if isinstance(e, AnswerStarted | AnswerAudio | AnswerDone)]
    assert (order[0], order[1], order[-1]) == (AnswerStarted, AnswerAudio, AnswerDone)
    assert pair.record.violations == []


def test_what_was_said_and_answered_is_told_as_text() -> None:
    pair = Pair(Answer(chirp(2.0), "It is late.", user_transcript="what time is it")).ready().ask(1).run(5.0)
    heard = [e for e in pair.events if isinstance(e, UserTranscript)]
    spoken = [e for e in pair.events if isinstance(e, AnswerTranscript)]
    assert heard[-1] == UserTranscript(1, "what time is it", final=True)
    assert spoken[-1].text == "It is late."
    assert [e.final for e in spoken] == [False] * (len(spoken) - 1) + [True]
    said_by_ms = [e.said_by_ms for e in spoken if e.said_by_ms is not None]
    assert said_by_ms == sorted(said_by_ms)
    assert abs(said_by_ms[-1] - 2000) <= 10
    assert pair.past.items(None) == history("what time is it", "It is late.")


def test_every_sample_of_the_person_reaches_the_server_once_and_time_never_stands_still() -> None:
    pair = Pair().ready().run(2.0).ask(1, said_s=1.5).run(3.0)
    heard = pair.record.sessions[0].pcm24k
    resampler = Resampler(NEAR_RATE_HZ, 24_000)
    said = np.trim_zeros(np.concatenate((resampler.process(speech(1.5)), resampler.flush())))
    assert np.array_equal(
        np.trim_zeros(heard)[: len(said) - 100], said[:-100]
    )  # it rings out into the silence
    assert abs(len(heard) / 24_000 - pair.now_s) < 0.5


def test_one_turn_follows_another() -> None:
    answers = [Answer(chirp(1.0), "One."), Answer(chirp(0.5), "Two.")]
    pair = Pair(answers).ready().ask(1).run(3.0).ask(2).run(3.0)
    finals = [e.text for e in pair.events if isinstance(e, AnswerTranscript) and e.final]
    assert finals == ["One.", "Two."]
    assert len(np.trim_zeros(pair.sound(2))) == len(np.trim_zeros(chirp(0.5)))


def test_an_answer_that_comes_before_our_end_of_turn_loses_nothing() -> None:
    answer = Answer(chirp(2.0), "It is late.", delay_ms=0)
    pair = Pair(answer, Behaviour(endpoint_ms=100)).ready().ask(1).run(4.0)
    assert pair.record.broken_off == 0
    assert np.array_equal(np.trim_zeros(pair.sound(1)), np.trim_zeros(answer.pcm24k))
    assert [e.text for e in pair.events if isinstance(e, AnswerTranscript)][-1] == "It is late."


def test_a_backchannel_is_no_answer_and_none_of_its_words() -> None:
    behaviour = Behaviour(backchannel_after_ms=400)
    pair = Pair(Answer(chirp(1.0), "It is late."), behaviour).ready().ask(1, said_s=3.0).run(4.0)
    assert [e.text for e in pair.events if isinstance(e, AnswerTranscript)][-1] == "It is late."
    assert np.array_equal(np.trim_zeros(pair.sound(1)), np.trim_zeros(chirp(1.0)))


def test_a_turn_that_is_told_to_a_fresh_session_at_once_is_not_answered_by_its_tick() -> None:
    pair = Pair(Answer(chirp(1.0), "It is late."), Behaviour(tick_ms=400)).ready()
    for pcm in (speech(1.0), silence(0.8)):
        pair.command(AppendAudio(pcm))
    pair.command(CommitTurn(1))
    pair.run(4.0)
    assert np.array_equal(np.trim_zeros(pair.sound(1)), np.trim_zeros(chirp(1.0)))


def test_an_answer_of_a_server_that_sends_no_silence_ends_when_nothing_flows() -> None:
    pair = Pair(Answer(chirp(1.0)), Behaviour(sends_silence=False)).ready().ask(1).run(3.0)
    assert pair.of(AnswerDone) == []
    assert [type(e) for e in pair.codec.nothing_flows()][-1] is AnswerDone


def test_a_server_that_sends_silence_and_then_nothing_in_mid_answer_is_lost() -> None:
    pair = Pair(Answer(chirp(3.0))).ready().ask(1).run(1.0)
    events = list(pair.codec.nothing_flows())
    assert [e.category for e in events if isinstance(e, Failure)] == [FailureCategory.TIMED_OUT]


# ---------------------------------------------------------------- interruptions


def test_after_a_cancel_nothing_of_the_answer_comes_and_what_was_heard_is_history() -> None:
    pair = Pair([Answer(chirp(4.0), "one two three four", deaf=True), Answer()]).ready().ask(1).run(2.5)
    came = len(pair.events)
    pair.command(CancelAnswer(1, heard_ms=1500))
    pair.say(speech(0.5)).run(2.0)
    late = [e for e in pair.events[came:] if isinstance(e, AnswerAudio | AnswerTranscript | AnswerDone)]
    assert late == []
    assert pair.past.items(None) == history("what time is it", "one two")


def test_a_cancel_within_a_frame_stops_the_rest_of_it() -> None:
    pair = Pair(Answer(chirp(1.0))).ready()

    def cancel(event: ProviderEvent) -> None:
        if isinstance(event, AnswerStarted):
            pair.command(CancelAnswer(1, 0))

    pair.react = cancel
    pair.ask(1).run(3.0)
    assert pair.of(AnswerStarted) == [AnswerStarted(1)]
    assert pair.of(AnswerAudio) == pair.of(AnswerDone) == []


def test_an_interruption_is_a_turn_like_any_other() -> None:
    pair = Pair([Answer(chirp(5.0), "a b c"), Answer(chirp(1.0), "Sure.")]).ready().ask(1).run(2.0)
    pair.say(speech(0.3))  # heard over the answer, before it is confirmed
    pair.command(CancelAnswer(1, heard_ms=900))
    pair.ask(2, said_s=0.7).run(3.0)
    assert pair.record.broken_off == 1
    assert [e.text for e in pair.events if isinstance(e, AnswerTranscript) and e.final] == ["Sure."]
    assert np.array_equal(np.trim_zeros(pair.sound(2)), np.trim_zeros(chirp(1.0)))


def test_who_does_not_stop_talking_is_to_be_replaced() -> None:
    pair = Pair(Answer(chirp(20.0), deaf=True)).ready().ask(1).run(2.0)
    pair.command(CancelAnswer(1, heard_ms=900))
    assert pair.run(2.0).codec.wish is Wish.STAY
    assert pair.run(2.0).codec.wish is Wish.REOPEN


def test_an_answer_interrupted_after_it_all_came_is_history_as_far_as_it_was_heard() -> None:
    pair = Pair(Answer(chirp(2.0), "one two three four")).ready().ask(1).run(5.0)
    assert len(pair.of(AnswerDone)) == 1
    pair.command(CancelAnswer(1, heard_ms=900))
    assert pair.past.items(None)[-1] == HistoryItem("assistant", "one two")


def test_a_turn_that_went_on_is_asked_again_and_its_words_are_in_two_pieces() -> None:
    answers = [Answer(chirp(1.0), user_transcript="what time"), Answer(chirp(1.0), "Noon.", "is it")]
    pair = Pair(answers, Behaviour(endpoint_ms=600)).ready().ask(1, tail_s=0.7)
    pair.command(CancelAnswer(1, 0))
    pair.ask(2).run(4.0)
    finals = [(e.answer, e.text) for e in pair.events if isinstance(e, UserTranscript) and e.final]
    assert finals == [(1, "what time"), (2, "is it")]
    assert pair.of(AnswerDone)


def test_a_turn_without_an_answer_leaves_no_words_behind() -> None:
    pair = Pair([Answer(user_transcript="never mind"), Answer(user_transcript="hello")]).ready()
    pair.say(speech(0.5)).say(silence(0.8))
    pair.command(DiscardTurn())
    pair.run(3.0).ask(1).run(3.0)
    assert {e.text for e in pair.events if isinstance(e, UserTranscript)} == {"hello"}
    assert pair.of(AnswerStarted) == [AnswerStarted(1)]


# ---------------------------------------------------------------- what it is told


def test_the_session_is_opened_with_everything_it_cannot_be_told_later() -> None:
    config = SessionConfig("Be kind.", "de-AT", tools=TOOLS)
    pair = Pair(past=Past(history("Hi.", "Hello.")), config=config).ready()
    started = pair.record.sessions[0].config
    assert started["model"] == "gpt-live-1"
    assert started["audio"]["output"] == {"voice": "marin"}
    assert started["instructions"].startswith("Be kind.")
    assert "de-AT" in started["instructions"]
    assert started["delegation"]["responses"]["tools"][0]["name"] == "clock"
    assert pair.record.sessions[0].history == [("user", "Hi."), ("assistant", "Hello.")]
    assert pair.record.violations == []


def test_of_a_long_history_the_end_is_told() -> None:
    pair = Pair(past=Past(history(*(f"text {n}" for n in range(300))))).ready()
    told = pair.record.sessions[0].history
    assert len(told) == MAX_HISTORY_ITEMS
    assert told[-1][1] == "text 299"
    assert pair.record.violations == []


def test_a_written_question_is_answered_aloud_or_in_writing() -> None:
    for spoken in (True, False):
        pair = Pair(Answer(chirp(1.0), "Noon.")).ready()
        pair.command(AskText(1, "What time is it?", spoken=spoken))
        pair.run(3.0)
        texts = [e for e in pair.events if isinstance(e, AnswerTranscript)]
        assert (texts[-1].text, texts[-1].written) == ("Noon.", not spoken)
        assert bool(len(pair.sound(1))) is spoken
        assert pair.past.items(None) == history("What time is it?", "Noon.")
        assert pair.record.violations == []


def test_an_answer_that_others_began_is_gone_on_with() -> None:
    pair = Pair(Answer(chirp(1.0), "and eggs.")).ready()
    pair.say(speech(1.0)).say(silence(0.8))
    pair.command(ContinueAnswer(1, "You need flour"))
    pair.run(3.0)
    kind, content = pair.record.sessions[0].appended[0]
    assert kind == "session.instructions.append"
    assert '"You need flour"' in content
    assert len(pair.of(AnswerDone)) == 1
    assert pair.record.violations == []


def test_what_a_tool_gave_elsewhere_is_told_before_the_question_ends() -> None:
    pair = Pair(config=replace(CONFIG, tools=TOOLS)).ready()
    pair.say(speech(1.0))
    pair.command(ToolRan("c", "clock", "{}", "x" * 9000))
    pair.command(CommitTurn(1))
    assert pair.record.violations == []
    assert "clock" in pair.record.sessions[0].appended[0][1]


def test_short_instructions_change_in_a_session_and_long_ones_with_the_next() -> None:
    pair = Pair().ready()
    pair.command(Configure(replace(CONFIG, instructions="Be brief.")))
    assert "Be brief." in pair.record.sessions[0].appended[0][1]
    wishes = [pair.codec.wish]
    pair.command(Configure(replace(CONFIG, instructions="Be brief. " * 500)))
    assert [*wishes, pair.codec.wish] == [Wish.STAY, Wish.SLEEP]
    assert pair.record.violations == []


@pytest.mark.parametrize("times", [1, 500], ids=["short", "long"])
def test_instructions_that_stay_are_not_told_again_and_close_nothing(times: int) -> None:
    config = replace(CONFIG, instructions="Be brief. " * times)
    pair = Pair(config=config).ready()
    pair.command(Configure(replace(config, speed=1.2)))
    assert pair.record.sessions[0].appended == []
    assert pair.codec.wish is Wish.STAY


def test_another_language_is_told() -> None:
    pair = Pair().ready()
    pair.command(Configure(replace(CONFIG, language="de-AT")))
    assert "de-AT" in pair.record.sessions[0].appended[0][1]
    assert pair.record.violations == []
