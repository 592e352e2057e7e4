"""What the session is told about itself, in either dialect of the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from appliance.conversation.vocabulary import SessionConfig
from appliance.providers.function_tools import functions_of
from appliance.providers.overlay import laid_over

WIRE_RATE_HZ = 24_000  # the only rate at which the vendor takes or sends PCM

# "beta" is what servers spoke before the vendor's general availability, and what older ones still do.
Dialect = Literal["ga", "beta"]
TurnDetection = Literal["semantic_vad", "server_vad"]
Tree = dict[str, Any]

# What the vendor takes; beyond that it refuses the whole update.
SPEEDS = (0.25, 1.5)
TEMPERATURES = (0.6, 1.2)  # the beta alone has one
OUTPUT_TOKENS = (1, 4096)

_PCM_FORMAT = {"type": "audio/pcm", "rate": WIRE_RATE_HZ}


@dataclass(frozen=True, slots=True)
class WireOptions:
    """What the codec says in the vendor's own names.

    `transcription_model` empty: what the person says is not written down. `turn_detection` is who may say
    when a turn ended, where the session's configuration wants to know. `extra` is the owner's: it is laid
    over the `session` of the first update as it is (objects key by key), and kept by every later one.
    """

    voice: str
    transcription_model: str
    dialect: Dialect = "ga"
    turn_detection: TurnDetection = "semantic_vad"
    extra: Mapping[str, Any] = field(default_factory=dict)


def opening_session(config: SessionConfig, options: WireOptions) -> Tree:
    """The `session` of the first update: everything at once. When a turn is asked is ours to say."""
    told = _ga_opening(config, options) if options.dialect == "ga" else _beta_opening(config, options)
    return laid_over(told, options.extra)


def changed_session(config: SessionConfig, before: SessionConfig, options: WireOptions) -> Tree:
    """The `session` of an update that turns `before` into `config`: what can change while it runs.

    What is left out keeps its value. The voice cannot change any more, and what the owner's `extra` says
    stays as it is.
    """
    told = (
        _ga_change(config, before, options)
        if options.dialect == "ga"
        else _beta_change(config, before, options)
    )
    return laid_over(told, options.extra, add=False)


# ---------------------------------------------------------------- GA


def _ga_opening(config: SessionConfig, options: WireOptions) -> Tree:
    output: Tree = {"format": _PCM_FORMAT, "voice": options.voice}
    if config.speed != 1:
        output["speed"] = _within(SPEEDS, config.speed)
    session: Tree = {
        "type": "realtime",
        "output_modalities": [config.output],
        "instructions": config.instructions,
        "audio": {
            "input": {
                "format": _PCM_FORMAT,
                "turn_detection": _turn_detection(config, options),
                "transcription": _transcription(config, options),
            },
            "output": output,
        },
    }
    if config.tools:
        session["tools"] = functions_of(config.tools)
    if config.max_output_tokens is not None:
        session["max_output_tokens"] = _output_tokens(config)
    return session


def _ga_change(config: SessionConfig, before: SessionConfig, options: WireOptions) -> Tree:
    audio: Tree = {"input": {"transcription": _transcription(config, options)}}
    if config.speed != before.speed:
        audio["output"] = {"speed": _within(SPEEDS, config.speed)}
    session: Tree = {
        "type": "realtime",
        "output_modalities": [config.output],
        "instructions": config.instructions,
        "audio": audio,
    }
    if config.tools != before.tools:
        session["tools"] = functions_of(config.tools)
    if config.max_output_tokens != before.max_output_tokens:
        session["max_output_tokens"] = _output_tokens(config)
    return session


# ---------------------------------------------------------------- beta


def _beta_opening(config: SessionConfig, options: WireOptions) -> Tree:
    session: Tree = {
        "modalities": beta_modalities(config.output),
        "instructions": config.instructions,
        "voice": options.voice,
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "turn_detection": _turn_detection(config, options),
        "input_audio_transcription": _transcription(config, options),
    }
    if config.speed != 1:
        session["speed"] = _within(SPEEDS, config.speed)
    if config.temperature is not None:
        session["temperature"] = _within(TEMPERATURES, config.temperature)
    if config.tools:
        session["tools"] = functions_of(config.tools)
    if config.max_output_tokens is not None:
        session["max_response_output_tokens"] = _output_tokens(config)
    return session


def _beta_change(config: SessionConfig, before: SessionConfig, options: WireOptions) -> Tree:
    session: Tree = {
        "modalities": beta_modalities(config.output),
        "instructions": config.instructions,
        "input_audio_transcription": _transcription(config, options),
    }
    if config.speed != before.speed:
        session["speed"] = _within(SPEEDS, config.speed)
    if config.temperature is not None and config.temperature != before.temperature:
        session["temperature"] = _within(TEMPERATURES, config.temperature)
    if config.tools != before.tools:
        session["tools"] = functions_of(config.tools)
    if config.max_output_tokens != before.max_output_tokens:
        session["max_response_output_tokens"] = _output_tokens(config)
    return session


def beta_modalities(output: str) -> list[str]:
    """The beta has no sound without its words."""
    return ["text", "audio"] if output == "audio" else ["text"]


# ---------------------------------------------------------------- the same in both


def _turn_detection(config: SessionConfig, options: WireOptions) -> Tree | None:
    if not config.provider_ends_turns:
        return None
    return {"type": options.turn_detection, "create_response": False, "interrupt_response": False}


def _transcription(config: SessionConfig, options: WireOptions) -> dict[str, str] | None:
    """Of the language ("de-AT") the vendor takes the first part (ISO 639-1)."""
    if not options.transcription_model:
        return None
    return {"model": options.transcription_model, "language": config.language.partition("-")[0]}


def _output_tokens(config: SessionConfig) -> int | str:
    least, most = OUTPUT_TOKENS
    wanted = config.max_output_tokens
    return "inf" if wanted is None else min(max(wanted, least), most)


def _within(bounds: tuple[float, float], value: float) -> float:
    return min(max(value, bounds[0]), bounds[1])
