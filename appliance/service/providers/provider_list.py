"""The configured providers, ready to be opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from appliance.conversation.session import Session
from appliance.conversation.vocabulary import Capabilities, SessionConfig
from appliance.providers.chain import Provider
from appliance.providers.offline.ability import CAPABILITIES, UNDERSTOOD_LANGUAGE
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.session import OfflineSession
from appliance.providers.offline.voice import voice_mistake
from appliance.providers.requirements import require, shortfalls, speed_shortfall
from appliance.service.distances import distance_of_provider
from appliance.service.instructions import instructions_of
from appliance.service.network.clock import zone_of
from appliance.settings import Settings
from appliance.settings.offline_voice import piper_model, what_is_missing
from appliance.settings.pack import prompt_of
from appliance.settings.provider import OFFLINE
from appliance.settings.provider import Provider as ProviderSettings


@dataclass(frozen=True, slots=True)
class ProviderList:
    """The providers in the order in which they are tried, the workers of the offline ones by name, and a
    sentence for each wish of the settings that one of them goes without, and for each key that is missing."""

    providers: tuple[Provider, ...]
    workers: Mapping[str, OfflineWorker]
    shortfalls: tuple[str, ...] = ()
    keyless: tuple[str, ...] = ()


def list_providers(settings: Settings, environ: Mapping[str, str]) -> ProviderList:
    """What the settings name. Raises ConfigurationError, naming the reference, when a key is missing, and
    when a provider cannot do what the settings ask for."""
    config, zone = session_config(settings), zone_of(settings.conversation.time_zone)
    workers: dict[str, OfflineWorker] = {}
    ears_and_mouths: list[OfflineWorker] = []  # of cascades, which the offline provider may share
    providers: list[Provider] = []
    missed: list[str] = []
    for provider in settings.providers:
        if provider.kind == "offline":
            voice = _usable(provider.voice, f"providers.{provider.name}.voice", missed)
            workers[provider.name] = _worker(voice, ears_and_mouths, standby=bool(providers))
            open_session, capabilities = _offline(workers[provider.name], zone), CAPABILITIES
        else:
            if _is_partly_local(provider):
                voice = provider.tts.voice if provider.tts.kind == "local" else ""
                voice = _usable(voice, f"providers.{provider.name}.tts.voice", missed)
                workers[provider.name] = _worker(voice, ears_and_mouths, standby=bool(providers))
                ears_and_mouths.append(workers[provider.name])
            open_session, capabilities = _server(settings, provider, environ, workers.get(provider.name))
        if provider.kind == "cascade":
            key = f"providers.{provider.name}.tts.speed"
            missed += speed_shortfall(key, provider.tts.speed, capabilities.speeds)
        require(provider.name, capabilities, config)
        missed += shortfalls(provider.name, capabilities, config)
        providers.append(
            Provider(
                provider.name,
                open_session,
                last_resort=provider.kind == "offline",
                distance=distance_of_provider(provider),
            )
        )
    if (last := _last_rung(settings)) is not None:
        workers[last.name] = _worker(last.voice, ears_and_mouths, standby=True)
        providers.append(Provider(last.name, _offline(workers[last.name], zone), last_resort=True))
    return ProviderList(tuple(providers), workers, tuple(missed))


def _server(
    settings: Settings,
    provider: ProviderSettings,
    environ: Mapping[str, str],
    worker: OfflineWorker | None,
) -> tuple[Callable[[], Session], Capabilities]:
    """How to open a session with it, and what it can do. What speaks with the other kinds of server is not
    loaded: all of it takes 2 MB."""
    match provider.kind:
        case "cascade":
            from appliance.service.providers.cascade_list import open_cascade

            return open_cascade(provider, environ, worker)
        case "gemini":
            from appliance.service.providers.gemini_list import gemini_provider

            return gemini_provider(provider, environ)
        case "openai-live":
            from appliance.service.providers.gpt_live_list import gpt_live_provider

            return gpt_live_provider(provider, environ, settings.hearing.end_silence_ms)
        case "azure":
            from appliance.service.providers.realtime_list import azure_provider

            return azure_provider(provider, environ)
        case _:
            from appliance.service.providers.realtime_list import openai_provider

            return openai_provider(provider, environ)


def _is_partly_local(provider: ProviderSettings) -> bool:
    """Whether a stage of this cascade is done by an offline worker."""
    return provider.kind == "cascade" and "local" in (provider.stt.kind, provider.tts.kind)


def _last_rung(settings: Settings) -> ProviderSettings | None:
    """The offline provider, where the owner named none and wants one: it understands English only."""
    given = settings.providers
    language = settings.conversation.language.split("-")[0].lower()
    named = any(provider.kind == "offline" for provider in given)
    if named or not settings.conversation.offline_fallback or language != UNDERSTOOD_LANGUAGE:
        return None
    taken = {provider.name for provider in given}
    return OFFLINE if OFFLINE.name not in taken else OFFLINE.model_copy(update={"name": "offline-fallback"})


def session_config(settings: Settings) -> SessionConfig:
    """What every provider is told when a session opens, as of now.

    Raises ConfigurationError for a pack that cannot be used.
    """
    conversation, prompt = settings.conversation, prompt_of(settings.conversation)
    temperature, tokens = conversation.temperature, conversation.max_output_tokens
    return SessionConfig(
        instructions_of(settings).as_of_now(),
        conversation.language,
        conversation.output,
        speed=conversation.speed,
        temperature=prompt.temperature if temperature is None else temperature,
        max_output_tokens=prompt.max_output_tokens if tokens is None else tokens,
        provider_ends_turns=settings.hearing.end_of_turn == "provider",
    )


def _usable(voice: str, key: str, missed: list[str]) -> str:
    """`voice`, or "" for the usual one where espeak-ng cannot speak with it: then `missed` says so."""
    if not voice or piper_model(voice) is not None or not (mistake := voice_mistake(voice)):
        return voice
    missed.append(f'{key} = "{voice}": {mistake.rstrip(".")}; its usual voice speaks')
    return ""


def _worker(voice: str, shared: Sequence[OfflineWorker], *, standby: bool) -> OfflineWorker:
    """One of `shared` where it speaks with this voice, for each takes 180 MB; else another one."""
    options = OfflineOptions()
    if (model := piper_model(voice)) is not None:
        installed = not what_is_missing(voice)  # else espeak-ng speaks, as the settings warned
        options = replace(options, piper_model=str(model) if installed else "")
    elif voice:
        options = replace(options, voice=voice)
    same = (worker for worker in shared if replace(worker.options, niced=False) == options)
    return next(same, None) or OfflineWorker(replace(options, niced=standby))


def _offline(worker: OfflineWorker, zone: tzinfo) -> Callable[[], Session]:
    return lambda: OfflineSession(worker, lambda: datetime.now(zone))
