"""The first message of a session: everything about it at once, for it cannot be changed later. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.conversation.vocabulary import SessionConfig
from appliance.providers.gemini.dialect import Dialect, dialect_of
from appliance.providers.gemini.frames import system_instruction
from appliance.providers.gemini.schema import declarations
from appliance.providers.overlay import laid_over

# The context takes 128 000 tokens; the vendor's own example. A voice makes 25 to 32 a second, so this is
# a quarter of an hour, the most that a session without compression lasts.
COMPRESS_AT_TOKENS = 25_600
COMPRESS_TO_TOKENS = 12_800


@dataclass(frozen=True, slots=True)
class Model:
    """Whom a session asks for, in the vendor's names; `extra` is laid over the setup, key by key."""

    model: str
    voice: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """How this family of models is spoken to."""
        return dialect_of(self.model)


def setup_of(model: Model, config: SessionConfig, *, history: bool, handle: str) -> dict[str, Any]:
    """The setup. `history`: content comes before the first turn. `handle` empty: a fresh session."""
    settings: dict[str, Any] = {
        "model": model.model if "/" in model.model else f"models/{model.model}",
        "generationConfig": _generation(model, config),
        "systemInstruction": system_instruction(config.instructions),
        "realtimeInputConfig": _turns(config),
        "sessionResumption": {"handle": handle} if handle else {},
        "contextWindowCompression": {
            "triggerTokens": COMPRESS_AT_TOKENS,
            "slidingWindow": {"targetTokens": COMPRESS_TO_TOKENS},
        },
        "inputAudioTranscription": {},
        "outputAudioTranscription": {},
    }
    if config.tools:
        settings["tools"] = declarations(config.tools)
    if history and not model.dialect.asks_by_content:
        settings["historyConfig"] = {"initialHistoryInClientContent": True}
    return laid_over(settings, model.extra)


def writes(setup: Mapping[str, Any]) -> bool:
    """Whether a session that was set up so answers in text and makes no sound."""
    generation = setup.get("generationConfig")
    return isinstance(generation, Mapping) and generation.get("responseModalities") == ["TEXT"]


def _generation(model: Model, config: SessionConfig) -> dict[str, Any]:
    """How it answers. The language is sent where it is whole ("de-AT"): the vendor takes no "de", and
    without one the voice follows the person's."""
    written = config.output == "text" and model.dialect.writes
    speech: dict[str, Any] = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": model.voice}}}
    if "-" in config.language:
        speech["languageCode"] = config.language
    generation: dict[str, Any] = {"responseModalities": ["TEXT" if written else "AUDIO"]}
    if not written:
        generation["speechConfig"] = speech
    if config.temperature is not None:
        generation["temperature"] = config.temperature
    if config.max_output_tokens is not None:
        generation["maxOutputTokens"] = config.max_output_tokens
    return generation


def _turns(config: SessionConfig) -> dict[str, Any]:
    """Who says when the person speaks: we do, or the server, which then must not interrupt itself."""
    if not config.provider_ends_turns:
        return {"automaticActivityDetection": {"disabled": True}}
    return {"automaticActivityDetection": {"disabled": False}, "activityHandling": "NO_INTERRUPTION"}
