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
