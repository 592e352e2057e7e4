"""Which wake word is listened for, and what is done where it cannot be heard."""

from collections.abc import Callable
from typing import Final

from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.settings import Settings

# Said aloud once, by who cannot be called.
WORDLESS_SENTENCE: Final = "I cannot hear my wake word. Please press the button instead."


def load_wake_word(settings: Settings, warn: Callable[[str], None]) -> WakeWordDetector | None:
    """The detector that the settings want; None where they want none, or where it cannot be had: then `warn`
    is told so in a sentence. Takes half a second: call it outside of the event loop."""
    if settings.conversation.trigger != "wake_word":
        return None
    from appliance.hearing.wake_word import wake_word_models as models

    try:
        return models.load_wake_word(settings.wake_word.model, settings.wake_word.sensitivity)
    except models.WakeWordError as error:
        warn(f"{error}. The button opens turns in its place; look to wake_word.model, or install it again")
        return None
