"""The offline recognizer, loaded once, and what it reads in the clean recordings."""

from functools import cache

from appliance.pcm.formats import Pcm
from appliance.providers.offline.command_ear import CommandEar
from appliance.providers.offline.command_words import corrected
from appliance.providers.offline.recognizer import Recognizer
from tests.listening.cases import Half
from tests.listening.voices import spoken


@cache
def recognizer() -> Recognizer:
    """The one that the appliance has, in this process."""
    return Recognizer()


@cache
def _command_ear() -> CommandEar:
    return CommandEar()


def words_over_answer(pcm: Pcm) -> str:
    """What the offline worker reads over an answer."""
    return corrected(recognizer().transcribe(pcm), _command_ear().word(pcm))


@cache
def clean_words(half: Half, text: str) -> str | None:
    """What is read where `text` is said in the package's own recording; None where that is not one of its."""
    said = [utterance for utterance in spoken(half) if utterance.text == text]
    return recognizer().transcribe(said[0].pcm) if said and text else None
