"""What a response cost, from the vendor's counts to ours."""

from appliance.conversation.vocabulary import UsageUnit
from appliance.providers.from_peer import Fields, tokens
from appliance.providers.openai import reader


def usage_of(usage: Fields) -> dict[str, int]:
    """The `usage` of a `response.done` by `UsageUnit`; kinds that cost nothing are left out.

    Where a server tells no modalities the tokens are taken for text. Cached tokens of which it does not
    say what they held are laid on the text first, which stands at the beginning of what is cached.
    """
    told_in = reader.optional_mapping(usage, "input_token_details")
    told_out = reader.optional_mapping(usage, "output_token_details")
    text, audio = _split(told_in, tokens(usage, "input_tokens"))
    written, spoken = _split(told_out, tokens(usage, "output_tokens"))
    cached_text, cached_audio = _cached(told_in, text, audio)
    counts = {
        UsageUnit.INPUT_TEXT_TOKENS: text - cached_text,
        UsageUnit.INPUT_AUDIO_TOKENS: audio - cached_audio,
        UsageUnit.INPUT_CACHED_TEXT_TOKENS: cached_text,
        UsageUnit.INPUT_CACHED_AUDIO_TOKENS: cached_audio,
        UsageUnit.OUTPUT_TEXT_TOKENS: written,
        UsageUnit.OUTPUT_AUDIO_TOKENS: spoken,
    }
    return {unit: count for unit, count in counts.items() if count}


def _split(details: Fields, total: int) -> tuple[int, int]:
    """(text, audio)"""
    text, audio = tokens(details, "text_tokens"), tokens(details, "audio_tokens")
    return (text, audio) if text or audio else (total, 0)


def _cached(details: Fields, text: int, audio: int) -> tuple[int, int]:
    """Of `text` and `audio`, so much was cached."""
    parts = reader.optional_mapping(details, "cached_tokens_details")
    cached_text, cached_audio = tokens(parts, "text_tokens"), tokens(parts, "audio_tokens")
    if not cached_text and not cached_audio:
        cached = tokens(details, "cached_tokens")
        cached_text = min(cached, text)
        cached_audio = cached - cached_text
    return min(cached_text, text), min(cached_audio, audio)
