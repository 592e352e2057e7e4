"""The configured cascades, ready to be opened."""

from collections.abc import Callable, Mapping

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Capabilities
from appliance.providers.cascade.openai_hearing import OpenAiHearing, OpenAiHearingOptions
from appliance.providers.cascade.openai_speaking import OpenAiSpeaking, OpenAiSpeakingOptions
from appliance.providers.cascade.openai_writing import OpenAiWriting, OpenAiWritingOptions
from appliance.providers.cascade.session import CascadeSession, capabilities_of
from appliance.providers.cascade.stages import LanguageModel, SpeechToText, Stages, TextToSpeech
from appliance.providers.http.address import address
from appliance.providers.http.client import HttpOptions
from appliance.providers.link import KeyHeader
from appliance.settings import resolve_secret
from appliance.settings.cascade import OPENAI_URL, Server, Stt, Tts
from appliance.settings.options import Provider

Make = Callable[[], Session]


def open_cascade(provider: Provider, environ: Mapping[str, str]) -> tuple[Make, Capabilities]:
    """How to open a session with this cascade, and what it can do. Raises ConfigurationError, naming the
    reference, when a key is missing."""
    hearing = _hearing(provider.stt, environ)
    writing = _writing(provider, environ)
    speaking = _speaking(provider.tts, environ)

    def stages() -> Stages:
        return Stages(hearing(), writing(), speaking())

    return lambda: CascadeSession(stages()), capabilities_of(stages())


def _hearing(stt: Stt, environ: Mapping[str, str]) -> Callable[[], SpeechToText]:
    options = OpenAiHearingOptions(_http("stt", stt, environ), stt.model, stt.language)
    return lambda: OpenAiHearing(options)


def _writing(provider: Provider, environ: Mapping[str, str]) -> Callable[[], LanguageModel]:
    llm = provider.llm
    key = llm.max_tokens_key
    if key == "auto":
        key = "max_tokens" if llm.url else "max_completion_tokens"
    options = OpenAiWritingOptions(
        _http("llm", llm, environ), llm.model, llm.temperature, llm.max_tokens, key, provider.extra
    )
    return lambda: OpenAiWriting(options)


def _speaking(tts: Tts, environ: Mapping[str, str]) -> Callable[[], TextToSpeech]:
    options = OpenAiSpeakingOptions(_http("tts", tts, environ), tts.model, tts.voice, tts.rate_hz, tts.speed)
    return lambda: OpenAiSpeaking(options)


def _http(table: str, server: Server, environ: Mapping[str, str]) -> HttpOptions:
    secret = resolve_secret(server.api_key, environ)
    url = server.url or OPENAI_URL
    return HttpOptions(
        address(f"providers.{table}.url", url, secret=bool(secret.get_secret_value())), KeyHeader(secret)
    )
