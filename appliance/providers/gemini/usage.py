"""What an answer cost, in our units. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from appliance.conversation.vocabulary import UsageUnit
from appliance.providers.from_peer import Fields
from appliance.providers.gemini import reader

_CACHED = {
    UsageUnit.INPUT_TEXT_TOKENS: UsageUnit.INPUT_CACHED_TEXT_TOKENS,
    UsageUnit.INPUT_AUDIO_TOKENS: UsageUnit.INPUT_CACHED_AUDIO_TOKENS,
}


def usage_of(metadata: Fields) -> dict[str, int]:
    """A `usageMetadata` by `UsageUnit`; what the model thought is paid for as text that it wrote.

    Counts without a modality are text.
    """
    asked = _split(metadata, "promptTokensDetails", "promptTokenCount", UsageUnit.INPUT_AUDIO_TOKENS)
    tools = "toolUsePromptTokensDetails", "toolUsePromptTokenCount"
    asked.update(_split(metadata, *tools, UsageUnit.INPUT_AUDIO_TOKENS))
    cached = _split(metadata, "cacheTokensDetails", "cachedContentTokenCount", UsageUnit.INPUT_AUDIO_TOKENS)
    usage: Counter[str] = Counter()
    for unit, cached_unit in _CACHED.items():
        from_cache = min(cached[unit], asked[unit])
        usage[unit] = asked[unit] - from_cache
        usage[cached_unit] = from_cache
    usage.update(
        _split(metadata, "responseTokensDetails", "responseTokenCount", UsageUnit.OUTPUT_AUDIO_TOKENS)
    )
    usage[UsageUnit.OUTPUT_TEXT_TOKENS] += reader.count(metadata, "thoughtsTokenCount")
    return {str(unit): tokens for unit, tokens in usage.items() if tokens}


def added(usages: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of what several messages counted."""
    total: Counter[str] = Counter()
    for usage in usages:
        total.update(usage)
    return dict(total)


def _split(metadata: Fields, details: str, total: str, audio: UsageUnit) -> Counter[str]:
    """Tokens by unit: those of sound as `audio`, all others as the text that goes the same way."""
    is_input = audio is UsageUnit.INPUT_AUDIO_TOKENS
    text = UsageUnit.INPUT_TEXT_TOKENS if is_input else UsageUnit.OUTPUT_TEXT_TOKENS
    tokens: Counter[str] = Counter()
    for detail in reader.mappings(metadata, details):
        unit = audio if reader.text(detail, "modality") == "AUDIO" else text
        tokens[unit] += reader.count(detail, "tokenCount")
    if not tokens:
        tokens[text] = reader.count(metadata, total)
    return tokens
