"""A conversation between our Gemini codec and the strict server, frame by frame."""

import json

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    ClosingSoon,
    CommitTurn,
    DiscardTurn,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    UserTranscript,
)
from appliance.errors import FailureCategory, ProviderError
from appliance.providers.gemini.codec import CONNECTION_LIFETIME_S, GeminiCodec
from appliance.providers.gemini.setup import Model
from tests.simulators.gemini_pair import CONFIG, MODEL, QUESTION, Pair
from tests.simulators.gemini_script import Answer, Behaviour
from tests.simulators.openai_script import chirp

HISTORY = (HistoryItem("user", "I am Ada."), HistoryItem("assistant", "Hello Ada."))


def sent_setup(pair: Pair) -> dict[str, object]:
    setup: dict[str, object] = pair.sent[0]["setup"]
    return setup


def test_a_spoken_question_is_answered_to_the_sample() -> None:
    answer = Answer(chirp(0.35), "Nice to meet you.", user_transcript="my name is Ada")
    pair = Pair(answer).ready()
    pair.ask(1)
    pair.settle()
    assert pair.record.violations == []
    assert np.array_equal(pair.record.turns[0].pcm16k, QUESTION)
    assert np.array_equal(pair.received(1), answer.pcm24k)
    assert pair.of_answer(1)[0] == AnswerStarted(1)
    assert isinstance(pair.of_answer(1)[-1], AnswerDone)
    said = [e for e in pair.events if isinstance(e, UserTranscript)]
    assert said[-1] == UserTranscript(1, "my name is Ada", final=True)
    spoken = [e for e in pair.events if isinstance(e, AnswerTranscript)]
    assert spoken[-1] == AnswerTranscript(1, "Nice to meet you.", final=True)


def test_the_session_tells_how_long_it_lasts() -> None:
    pair = Pair().ready()
    assert pair.events == [Ready(), ClosingSoon(CONNECTION_LIFETIME_S)]


def test_one_activity_holds_the_whole_turn() -> None:
    pair = Pair().ready()
    pair.kinds_sent()
    pair.ask(1)
    assert pair.kinds_sent() == ["activityStart", *["audio"] * 4, "activityEnd"]


def test_the_setup_says_all_that_was_configured() -> None:
    config = SessionConfig("Be kind.", "de-AT", temperature=0.5, max_output_tokens=200)
    pair = Pair(config=config).ready()
    assert pair.record.violations == []
    setup = pair.record.setups[0]
    assert setup["model"] == "models/gemini-3.8-live"
    assert setup["generationConfig"] == {
        "responseModalities": ["AUDIO"],
        "speechConfig": {
            "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}},
            "languageCode": "de-AT",
        },
        "temperature": 0.5,
        "maxOutputTokens": 200,
    }
    assert setup["systemInstruction"] == {"parts": [{"text": "Be kind."}]}
    assert setup["realtimeInputConfig"] == {"automaticActivityDetection": {"disabled": True}}
    assert setup["inputAudioTranscription"] == setup["outputAudioTranscription"] == {}
    assert setup["sessionResumption"] == {}
    assert "historyConfig" not in setup


def test_what_the_owner_adds_is_laid_over_the_setup() -> None:
    extra = {
        "generationConfig": {"thinkingConfig": {"thinkingBudget": 0}},
        "proactivity": {"proactiveAudio": True},
    }
    pair = Pair(model=Model("gemini-3.8-live", "Kore", extra)).ready()
    generation = pair.record.setups[0]["generationConfig"]
    assert generation["thinkingConfig"] == {"thinkingBudget": 0}
    assert generation["responseModalities"] == ["AUDIO"]
    assert pair.record.setups[0]["proactivity"] == {"proactiveAudio": True}


def test_a_language_without_a_country_is_left_to_the_voice() -> None:
    setup = sent_setup(Pair(config=SessionConfig("x", "de")))
    assert "languageCode" not in json.dumps(setup)


def test_history_comes_whole_before_the_first_turn_and_is_not_answered() -> None:
    pair = Pair(history=(*HISTORY, HistoryItem("user", ""))).ready()
    pair.ask(1)
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.history == [("user", "I am Ada."), ("model", "Hello Ada.")]
    assert len(pair.record.turns) == 1


def test_an_older_model_takes_the_history_as_unfinished_content() -> None:
    pair = Pair(history=HISTORY, model=Model("gemini-2.0-flash-live-001", "Kore")).ready()
    pair.ask(1)
    pair.settle()
    assert pair.record.violations == []
    assert pair.record.history == [("user", "I am Ada."), ("model", "Hello Ada.")]


def test_a_message_may_hold_everything_at_once() -> None:
    answer = Answer(chirp(0.3), one_message=True)
    pair = Pair(answer).ready()
    pair.ask(1)
    pair.settle()
    assert np.array_equal(pair.received(1), answer.pcm24k)
    assert pair.of_answer(1)[-2] == AnswerTranscript(1, answer.transcript, final=True)


def test_frames_are_taken_as_bytes_too() -> None:
    codec = GeminiCodec(MODEL, CONFIG, ())
    assert next(codec.events(b'{"setupComplete":{}}')) == Ready()


@pytest.mark.parametrize("data", ["__8_AA", "//8/AA", "__8_AA==", "//8/AA=="])
def test_both_alphabets_are_understood_padded_or_not(data: str) -> None:
    pair = Pair().ready()
    pair.ask(1)
    blob = {"mimeType": "audio/pcm;rate=24000", "data": data}
    content = {"modelTurn": {"parts": [{"inlineData": blob}]}}
    (audio,) = [
        e for e in pair.codec.events(json.dumps({"serverContent": content})) if isinstance(e, AnswerAudio)
    ]
    assert audio.pcm.tolist() == [-1, 63]


def test_the_rate_is_the_one_that_the_message_names() -> None:
    pair = Pair(Answer(chirp(1.0), rate_hz=48_000)).ready()
    pair.ask(1)
    pair.settle()
    assert len(pair.received(1)) == pytest.approx(12_000, abs=600)


def test_keys_that_nobody_knows_are_passed_over() -> None:
    pair = Pair().ready()
    assert list(pair.codec.events('{"somethingNew":{"a":1}}')) == []
    assert list(pair.codec.events('{"serverContent":{"somethingNew":1},"alsoNew":[]}')) == []
    assert pair.codec.ignored.unknown_messages == 1


def test_a_turn_without_another_word_asks_again() -> None:
    pair = Pair().ready()
    pair.ask(1)
    pair.settle()
    pair.command(CommitTurn(2))
    pair.settle()
    assert pair.record.violations == []
    assert len(pair.received(2)) > 0


def test_a_turn_that_was_begun_is_taken_back_by_closing_the_session() -> None:
    pair = Pair().ready()
    pair.command(DiscardTurn())  # nothing was said
    pair.command(AppendAudio(QUESTION))
    with pytest.raises(ProviderError) as closed:
        pair.command(DiscardTurn())
    assert closed.value.category is FailureCategory.SESSION_CLOSED


def test_go_away_tells_how_long_is_left() -> None:
    pair = Pair().ready()
    assert list(pair.codec.events('{"goAway":{"timeLeft":"9.5s"}}')) == [ClosingSoon(9.5)]
    assert list(pair.codec.events('{"goAway":{}}')) == [ClosingSoon(60.0)]


def test_what_it_cost_is_counted_by_unit() -> None:
    pair = Pair(Answer(chirp(2.0))).ready()
    pair.ask(1)
    pair.settle()
    done = pair.of_answer(1)[-1]
    assert isinstance(done, AnswerDone)
    assert done.complete
    assert done.usage == {
        "input_text_tokens": 100,
        "input_audio_tokens": 40,
        "output_audio_tokens": 50,
        "output_text_tokens": 8,  # 5 of them thought
    }


def test_text_is_written_by_a_model_that_can_and_taken_from_the_voice_of_one_that_cannot() -> None:
    config = SessionConfig("x", output="text")
    for name, modality in (("gemini-2.0-flash-live-001", "TEXT"), ("gemini-3.8-live", "AUDIO")):
        pair = Pair(Answer(transcript="Nothing aloud."), config=config, model=Model(name, "Kore")).ready()
        pair.ask(1)
        pair.settle()
        assert pair.record.violations == []
        assert pair.record.setups[0]["generationConfig"]["responseModalities"] == [modality]
        assert len(pair.received(1)) == 0
        assert pair.of_answer(1)[-2] == AnswerTranscript(1, "Nothing aloud.", final=True, written=True)


def test_what_a_voice_writes_beside_its_sound_is_not_what_it_says() -> None:
    pair = Pair(Answer(chirp(0.2), "Fine.")).ready()
    pair.ask(1)
    pair.settle(play=False)
    parts = [{"text": "**Thinking**"}, {"text": "aloud", "thought": True}]
    assert list(pair.codec.events(json.dumps({"serverContent": {"modelTurn": {"parts": parts}}}))) == []
    pair.settle()
    assert len(pair.received(1)) == 4800
    assert pair.of_answer(1)[-2] == AnswerTranscript(1, "Fine.", final=True)


def test_the_words_of_a_person_that_come_late_belong_to_the_turn_before() -> None:
    pair = Pair(Answer(user_transcript="")).ready()
    pair.ask(1)
    pair.settle()
    late: list[ProviderEvent] = [
        *pair.codec.events('{"serverContent":{"inputTranscription":{"text":"hello","finished":true}}}')
    ]
    assert late == [UserTranscript(1, "hello", final=True)]


def test_the_words_of_a_person_that_come_early_are_told_with_the_commit() -> None:
    pair = Pair(Answer(user_transcript="")).ready()
    pair.command(AppendAudio(QUESTION))
    assert list(pair.codec.events('{"serverContent":{"inputTranscription":{"text":"hel"}}}')) == []
    pair.command(CommitTurn(1))
    assert pair.events[-1] == UserTranscript(1, "hel", final=False)


def test_a_server_that_ends_the_turn_is_told_so_and_asked_not_to_interrupt() -> None:
    pair = Pair(behaviour=Behaviour(), config=SessionConfig("x", provider_ends_turns=True)).ready()
    assert pair.record.setups[0]["realtimeInputConfig"] == {
        "automaticActivityDetection": {"disabled": False},
        "activityHandling": "NO_INTERRUPTION",
    }
