"""The word that opens a turn, where the trigger is one."""

from typing import Annotated

from pydantic import Field

from appliance.settings.section import Allowed, Section

MODEL_PATTERN = r"^(okay_nabu|hey_jarvis|hey_mycroft|alexa|.*[^/]\.(json|tflite))$"


class WakeWord(Section):
    """Which word it is, and how easily it is heard."""

    model: Annotated[
        str,
        Field(pattern=MODEL_PATTERN, max_length=4096),
        Allowed("okay_nabu | hey_jarvis | hey_mycroft | alexa | the .tflite file of a microWakeWord model"),
    ] = "okay_nabu"
    sensitivity: float = Field(default=0.5, ge=0.01, le=0.99)
    earcon: bool = True
