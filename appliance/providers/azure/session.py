"""A session with a realtime model that a customer of Azure deployed.

What `model` and `transcription_model` are to OpenAI are here the names that the customer gave to the
deployments. General availability stands at one path and takes no date of an API version; the preview
stands at another, wants one, and is spoken to in the beta's dialect.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from appliance.errors import ConfigurationError, FailureCategory, ProviderError
from appliance.providers.endpoint import Endpoint, endpoint_with
from appliance.providers.link import KeyHeader, LinkOptions
from appliance.providers.openai.failures import category_of_refusal
from appliance.providers.openai.session import capabilities, codec_maker
from appliance.providers.openai.session_frames import Dialect, TurnDetection, WireOptions
from appliance.providers.socket_session import SocketOptions, SocketSession

GA_PATH = "/openai/v1/realtime"
PREVIEW_PATH = "/openai/realtime"
PREVIEW_API_VERSION = "2025-04-01-preview"  # the last one
# How Azure refuses a deployment whose model cannot do realtime; the spelling is theirs, and the right one is
# looked for as well, should they find it.
_NO_REALTIME = frozenset({"OpperationNotSupported", "OperationNotSupported"})

Auth = Literal["key", "bearer"]


@dataclass(frozen=True, slots=True)
class AzureOptions:
    """Whom to ask, and how.

    `url` is the resource (wss://NAME.openai.azure.com, to which the path is added) or a whole endpoint.
    `api_key` is the resource's key (`auth` "key"), or a token of Entra ("bearer"), which ends after an hour
    or so: it is to be read anew for every session. The dialect "beta" asks the preview, whose `api_version`
    empty is `PREVIEW_API_VERSION`. `transcription_model` empty: what the person says is not written down.
    """

    api_key: SecretStr
    url: str
    model: str
    name: str = "azure"
    voice: str = "marin"
    transcription_model: str = ""
    auth: Auth = "key"
    dialect: Dialect = "ga"
    api_version: str = ""
    turn_detection: TurnDetection = "semantic_vad"
    extra: Mapping[str, Any] = field(default_factory=dict)


def open_azure(options: AzureOptions) -> SocketSession:
    """A fresh session; takes 16 kHz, answers at 24 kHz.

    Raises `ConfigurationError` for a `url` that must not be connected to.
    """
    key = (
        KeyHeader(options.api_key) if options.auth == "bearer" else KeyHeader(options.api_key, "api-key", "")
    )
    wire = WireOptions(
        options.voice,
        options.transcription_model,
        options.dialect,
        options.turn_detection,
        options.extra,
    )
    can = capabilities(options.dialect, options.transcription_model)

    def refusal(body: object) -> FailureCategory | ProviderError | None:
        return no_realtime(body, options.model) or category_of_refusal(body)

    link = LinkOptions(azure_endpoint(options), key)
    return SocketSession(SocketOptions(options.name, link, can), codec_maker(wire), refusal)


def azure_endpoint(options: AzureOptions) -> Endpoint:
    """Where the deployment is reached. Raises `ConfigurationError`; see `endpoint_with`."""
    ga = options.dialect == "ga"
    parts = urlsplit(options.url)
    if ga and "api-version" in parse_qs(parts.query, keep_blank_values=True):
        raise ConfigurationError(
            ["providers.url: must not name an api-version, unless dialect is beta, which asks the preview"]
        )
    url = options.url
    if parts.path in ("", "/"):
        url = parts._replace(path=GA_PATH if ga else PREVIEW_PATH).geturl()
    if ga:
        return endpoint_with(url, {"model": options.model})
    version = options.api_version or PREVIEW_API_VERSION
    return endpoint_with(url, {"api-version": version, "deployment": options.model})


def no_realtime(body: object, deployment: str) -> ProviderError | None:
    """What to do about a deployment that cannot do realtime; None for every other refusal."""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, str) or code not in _NO_REALTIME:
        return None
    return ProviderError(
        FailureCategory.MODEL_UNAVAILABLE,
        f"the Azure deployment {deployment!r} is of a model that cannot do realtime; deploy one that can, "
        "such as gpt-realtime, and write the name of that deployment into providers.model",
    )
