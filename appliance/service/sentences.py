"""What the device says itself when nobody else can: one honest sentence for each failure."""

import asyncio
from collections.abc import Mapping

from appliance.errors import FailureCategory
from appliance.pcm.formats import Pcm
from appliance.providers.offline.voice import synthesize

HONEST_SENTENCES: Mapping[FailureCategory, str] = {
    FailureCategory.SESSION_CLOSED: "Sorry, the connection broke off. Please ask me again.",
    FailureCategory.CONNECTION_FAILED: "Sorry, I cannot reach anybody who could answer. I keep trying.",
    FailureCategory.AUTH_FAILED: "Sorry, my key is refused. Somebody has to give me a valid one.",
    FailureCategory.RATE_LIMITED: "Sorry, I have asked too often. Please try again in a minute.",
    FailureCategory.QUOTA_EXHAUSTED: "Sorry, my account has no credit left. Somebody has to top it up.",
    FailureCategory.MODEL_UNAVAILABLE: "Sorry, the model that should answer is not available.",
    FailureCategory.TIMED_OUT: "Sorry, I did not get an answer in time. Please ask me again.",
    FailureCategory.PROTOCOL_VIOLATION: "Sorry, I got an answer that I do not understand.",
}

DEAF_SENTENCE = "I cannot hear you. My microphone is gone. Please plug it in again."


async def say(text: str, rate_hz: int) -> Pcm:
    """`text` in the device's own voice, in some 20 ms. Raises ProviderError without a voice."""
    return await asyncio.to_thread(synthesize, text, rate_hz=rate_hz)
