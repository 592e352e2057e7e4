"""The codecs that are fuzzed, by name. To add one, put an entry into `TARGETS`; nothing else is needed.

A corpus is a folder of recorded sessions, one file each, `tests/fuzz/corpus/NAME/*.jsonl`: a line for each
frame that the peer sent, in its order, as it was on the wire (text; a line may also be no JSON at all).
Keep it small: what repeats in a session teaches a mutation nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from appliance.conversation.vocabulary import Command, ProviderEvent, SessionConfig

_CORPUS = Path(__file__).parent / "corpus"


class Fuzzed(Protocol):
    """What a codec is here: `appliance.providers.socket_session.Codec` without `opening` and `said_back`."""

    def encode(self, command: Command) -> Sequence[str]: ...

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]: ...

    def replies(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Target:
    """`make_codec` gives a fresh codec, as for a new connection; `corpus` are its recorded sessions."""

    make_codec: Callable[[], Fuzzed]
    corpus: Path


def _openai() -> Fuzzed:
    from appliance.providers.openai.codec import OpenAiCodec
    from tests.simulators.openai_pair import VOICE

    return OpenAiCodec(VOICE, SessionConfig("Be kind.", provider_ends_turns=True), ())


def _gemini(*, ends_turns: bool = False) -> Fuzzed:
    from appliance.providers.gemini.setup import Model
    from tests.fuzz.gemini_closing import Closing

    return Closing(
        Model("gemini-3.8-live", "Kore"), SessionConfig("Be kind.", provider_ends_turns=ends_turns), ()
    )


def _openai_live() -> Fuzzed:
    from appliance.providers.openai_live.meter import Meter
    from appliance.providers.openai_live.past import Past
    from tests.fuzz.record_live import Ticking
    from tests.simulators.live_pair import VOICE

    return Ticking(VOICE, SessionConfig("Be kind."), Past(()), Meter())


def _deepgram() -> Fuzzed:
    from tests.fuzz.cascade_stages import DeepgramTurn

    return DeepgramTurn()


def _wyoming() -> Fuzzed:
    from tests.fuzz.cascade_stages import WyomingStream

    return WyomingStream()


def _chat_completions() -> Fuzzed:
    from tests.fuzz.chat_completions import ChatCompletions

    return ChatCompletions()


TARGETS: Mapping[str, Target] = {
    "openai": Target(_openai, _CORPUS / "openai"),
    "chat-completions": Target(_chat_completions, _CORPUS / "chat-completions"),
    "deepgram": Target(_deepgram, _CORPUS / "deepgram"),
    "wyoming": Target(_wyoming, _CORPUS / "wyoming"),
    "openai-live": Target(_openai_live, _CORPUS / "openai-live"),
    "gemini": Target(_gemini, _CORPUS / "gemini"),
    "gemini-ends-turns": Target(partial(_gemini, ends_turns=True), _CORPUS / "gemini"),
}


def recorded(corpus: Path) -> tuple[tuple[str, ...], ...]:
    """The sessions in `corpus`, each its frames; `AssertionError` where there is none."""
    sessions = tuple(tuple(path.read_text("utf-8").splitlines()) for path in sorted(corpus.glob("*.jsonl")))
    assert any(sessions), f"there is no recorded session in {corpus.name}"
    return sessions
