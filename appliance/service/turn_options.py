"""What the owner's settings mean to hearing."""

from dataclasses import replace

from appliance.conversation.attention import Attention, AttentionOptions, Trigger
from appliance.conversation.strategies import Strategy
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.service.rooms import ConductorOptions
from appliance.settings import Settings

# Beyond the longest turn and its prefix: what the loop may be late by before a sample is lost.
_HISTORY_SLACK_S = 10


def turn_options(settings: Settings) -> TurnOptions:
    """What the turn detector is to go by."""
    return TurnOptions(
        speech_threshold=settings.hearing.speech_threshold,
        silence_threshold=settings.hearing.silence_threshold,
        min_speech_ms=settings.hearing.min_speech_ms,
        hush_ms=settings.interruption.hush_ms,
        confirm_ms=settings.interruption.confirm_ms,
        end_silence_ms=settings.hearing.end_silence_ms,
        end_silence_min_ms=settings.hearing.end_silence_min_ms,
        end_silence_max_ms=settings.hearing.end_silence_max_ms,
        asks_model=settings.hearing.end_of_turn == "model",
        learns_pauses=settings.hearing.learn_pauses,
        no_speech_s=settings.hearing.no_speech_s,
        max_turn_s=settings.hearing.max_turn_s,
        auto_complete=settings.conversation.auto_complete,
    )


def attention_of(settings: Settings, strategy: Strategy, word: WakeWordDetector | None) -> Attention:
    """What of it is meant for us; without `word` the button has to do in place of the wake word."""
    talk, phrase = settings.conversation, "" if word is None else word.phrase
    options = AttentionOptions(
        Trigger(talk.trigger), talk.follow_up_s, talk.follow_ups, talk.stop_word, phrase
    )
    return Attention(strategy, options)


def conductor_options(settings: Settings) -> ConductorOptions:
    """How long the conversation waits."""
    options = ConductorOptions(settings.interruption.confirm_ms, settings.conversation.answer_deadline_s)
    return options if settings.wake_word.earcon else replace(options, sign_ms=0)


def near_samples(settings: Settings) -> int:
    """How far back the near end is kept: the longest turn, as much again of what is said beyond it and
    waits for the answer's end, the prefix, and what the loop may be late by."""
    turn_and_kept_s = 2 * settings.hearing.max_turn_s + _HISTORY_SLACK_S
    longest_ms = turn_and_kept_s * 1000 + settings.hearing.prefix_padding_ms
    return samples_of_ms(longest_ms, NEAR_RATE_HZ)
