"""How the offline provider speaks and how much of the machine it may take."""

from dataclasses import dataclass

# At a pace that is easy to follow.
ANSWER_VOICE = "en-gb"
ANSWER_WORDS_PER_MINUTE = 165


@dataclass(frozen=True, slots=True)
class OfflineOptions:
    """`voice` is a name from `espeak-ng --voices`, variants (`+f3`) included.

    `piper_model` is the .onnx file of a Piper voice, which then speaks, and `voice` where it cannot; ""
    is none.
    `niced`: the worker yields to everything else; for one that stands by behind another provider.
    """

    voice: str = ANSWER_VOICE
    words_per_minute: int = ANSWER_WORDS_PER_MINUTE
    niced: bool = False
    piper_model: str = ""
