"""The configured cascades, ready to be opened."""

from collections.abc import Callable, Mapping

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Capabilities
from appliance.providers.cascade.deepgram import VENDOR_URL as DEEPGRAM_URL
from appliance.providers.cascade.deepgram import DeepgramOptions, open_deepgram_stt
from appliance.providers.cascade.elevenlabs import VENDOR_URL as ELEVENLABS_URL
from appliance.providers.cascade.elevenlabs import ElevenLabsOptions, open_elevenlabs_tts
from appliance.providers.cascade.local import open_local_stt, open_local_tts
from appliance.providers.cascade.openai_hearing import OpenAiHearing, OpenAiHearingOptions
from appliance.providers.cascade.openai_speaking import OpenAiSpeaking, OpenAiSpeakingOptions
from appliance.providers.cascade.openai_writing import OpenAiWriting, OpenAiWritingOptions
from appliance.providers.cascade.session import CascadeSession, capabilities_of
from appliance.providers.cascade.stages import LanguageModel, SpeechToText, Stages, TextToSpeech
from appliance.providers.cascade.wyoming_stt import WyomingSttOptions, open_wyoming_stt
from appliance.providers.cascade.wyoming_tts import WyomingTtsOptions, open_wyoming_tts
from appliance.providers.http.address import address
from appliance.providers.http.client import HttpOptions
from appliance.providers.link import KeyHeader
from appliance.providers.offline.keeper import OfflineWorker
from appliance.settings import resolve_secret
from appliance.settings.cascade import OPENAI_URL, Server, Stt, Tts
from appliance.settings.provider import Provider

Make = Callable[[], Session]


def open_cascade(
    provider: Provider, environ: Mapping[str, str], worker: OfflineWorker | None = None
) -> tuple[Make, Capabilities]:
    """How to open a session with this cascade, and what it can do; `worker` is for its local stages.

    Raises ConfigurationError, naming the reference, when a key is missing.
    """
    hearing = _hearing(provider.stt, environ, worker)
    writing = _writing(provider, environ)
    speaking = _speaking(provider.tts, environ, worker)

    def stages() -> Stages:
        return Stages(hearing(), writing(), speaking())

    return lambda: CascadeSession(stages()), capabilities_of(stages())


def _hearing(
    stt: Stt, environ: Mapping[str, str], worker: OfflineWorker | None
) -> Callable[[], SpeechToText]:
    match stt.kind:
        case "deepgram":
            key = resolve_secret(stt.api_key, environ)
            live = DeepgramOptions(key, stt.url or DEEPGRAM_URL, stt.model, stt.language)
            return lambda: open_deepgram_stt(live)
        case "wyoming":
            near = WyomingSttOptions(stt.url, stt.model, stt.language)
            return lambda: open_wyoming_stt(near)
        case "local":
            assert worker is not None
            return lambda: open_local_stt(worker)
        case "openai":
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


def _speaking(
    tts: Tts, environ: Mapping[str, str], worker: OfflineWorker | None
) -> Callable[[], TextToSpeech]:
    match tts.kind:
        case "elevenlabs":
            key = resolve_secret(tts.api_key, environ)
            cloud = ElevenLabsOptions(key, tts.voice, tts.model, tts.url or ELEVENLABS_URL, tts.speed)
            return lambda: open_elevenlabs_tts(cloud)
        case "wyoming":
            near = WyomingTtsOptions(tts.url, tts.voice)
            return lambda: open_wyoming_tts(near)
        case "local":
            assert worker is not None
            return lambda: open_local_tts(worker, tts.speed)
        case "openai":
            http = _http("tts", tts, environ)
            options = OpenAiSpeakingOptions(http, tts.model, tts.voice, tts.rate_hz, tts.speed)
            return lambda: OpenAiSpeaking(options)


def _http(table: str, server: Server, environ: Mapping[str, str]) -> HttpOptions:
    secret = resolve_secret(server.api_key, environ)
    url = server.url or OPENAI_URL
    return HttpOptions(
        address(f"providers.{table}.url", url, secret=bool(secret.get_secret_value())), KeyHeader(secret)
    )
