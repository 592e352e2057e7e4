"""The turn detector's options in the owner's settings."""

from appliance.hearing.turn_detector import TurnOptions
from appliance.settings import Settings


def turn_options(settings: Settings) -> TurnOptions:
    """What the turn detector is to go by."""
    return TurnOptions(
        speech_threshold=settings.hearing.speech_threshold,
        silence_threshold=settings.hearing.silence_threshold,
        min_speech_ms=settings.hearing.min_speech_ms,
        hush_ms=settings.interruption.hush_ms,
        confirm_ms=settings.interruption.confirm_ms,
        end_silence_ms=settings.hearing.end_silence_ms,
        no_speech_s=settings.hearing.no_speech_s,
        max_turn_s=settings.hearing.max_turn_s,
        auto_complete=settings.conversation.auto_complete,
    )
