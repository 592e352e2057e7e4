"""What the offline provider can do, and whom it can answer. Pure."""

from appliance.conversation.vocabulary import Capabilities, Languages, SessionConfig
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ

UNDERSTOOD_LANGUAGE = "en"

CAPABILITIES = Capabilities(
    input_rate_hz=NEAR_RATE_HZ,
    output_rate_hz=OUTPUT_RATE_HZ,
    discards=True,
    transcribes_user=True,
    tools=True,
    text_in=True,
    text_out=True,
    languages=Languages.ENGLISH,
)


def refusal_of(config: SessionConfig) -> ProviderError | None:
    """Why nobody can be answered with this configuration; None where somebody can."""
    if config.language.split("-")[0].lower() == UNDERSTOOD_LANGUAGE:
        return None
    message = f"the offline provider understands English only, not {config.language!r}"
    return ProviderError(FailureCategory.MODEL_UNAVAILABLE, message)
