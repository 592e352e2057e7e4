"""The offline recognizer, loaded once, and what it reads in the clean recordings."""

from functools import cache

from appliance.providers.offline.recognizer import Recognizer
from tests.listening.cases import Half
from tests.listening.voices import spoken


@cache
def recognizer() -> Recognizer:
    """The one that the appliance has, in this process."""
    return Recognizer()


@cache
def clean_words(half: Half, text: str) -> str | None:
    """What is read where `text` is said in the package's own recording; None where that is not one of its."""
    said = [utterance for utterance in spoken(half) if utterance.text == text]
    return recognizer().transcribe(said[0].pcm) if said and text else None
