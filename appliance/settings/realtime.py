"""What a provider that is reached over a socket may be given, by its kind."""

from collections.abc import Mapping

from appliance.settings.section import Conflict

# The keys that only some kinds know, and those kinds.
_KNOWN_TO: Mapping[str, frozenset[str]] = {
    "dialect": frozenset({"openai", "azure"}),
    "provider_turn_detection": frozenset({"openai", "azure"}),
    "transcription_model": frozenset({"openai", "azure"}),
    "backend_model": frozenset({"openai-live"}),
    "auth": frozenset({"azure"}),
    "api_version": frozenset({"azure"}),
}


# Of a cascade each of the three servers has its own, and nobody is reached by the offline provider.
_OF_NO_USE: Mapping[str, frozenset[str]] = {
    "cascade": frozenset({"url", "model", "voice", "api_key"}),
    "offline": frozenset({"url", "model", "api_key", "extra", "prices"}),
}


def keys_of_no_use(kind: str) -> frozenset[str]:
    """The keys of a provider that say nothing where it is of this `kind`."""
    unknown = {key for key, kinds in _KNOWN_TO.items() if kind not in kinds}
    return _OF_NO_USE.get(kind, frozenset()) | unknown


def realtime_conflicts(kind: str, given: Mapping[str, str], defaults: Mapping[str, str]) -> list[Conflict]:
    """What a provider of this `kind` cannot be given, or cannot do without.

    `given` holds the provider's texts by key, `defaults` what they are where nobody says anything.
    """
    conflicts = [
        Conflict(key, f"is for {' and '.join(sorted(kinds))}, and", "kind")
        for key, kinds in _KNOWN_TO.items()
        if kind not in kinds and given[key] != defaults[key]
    ]
    if kind == "azure":
        if not given["url"]:
            conflicts.append(
                Conflict("url", "must be your resource, wss://NAME.openai.azure.com, where", "kind")
            )
        if not given["model"]:
            conflicts.append(Conflict("model", "must be the name of your deployment where", "kind"))
        if given["api_version"] and given["dialect"] != "beta":
            conflicts.append(Conflict("api_version", 'is for the preview, dialect = "beta": see', "dialect"))
    return conflicts
