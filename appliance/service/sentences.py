"""What the device says itself when nobody else can: one honest sentence for each failure."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from appliance.errors import Cause, FailureCategory
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

# Where it is known why nobody is reached, that is said instead.
CAUSE_SENTENCES: Mapping[Cause, str] = {
    Cause.NETWORK_DOWN: "Sorry, I have no network. I go on as soon as it is back.",
    Cause.NAME_SERVER_DOWN: "Sorry, the internet does not answer. Please look at the router.",
    Cause.CLOCK_NOT_SET: "Sorry, my clock is not set yet. I keep trying.",
    Cause.CERTIFICATE_INVALID: "Sorry, I cannot trust the one who answers. Somebody has to look at that.",
}

DEAF_SENTENCE = "I cannot hear you. My microphone is gone. Please plug it in again."
BUSY_SENTENCE = "I cannot hear you. Another program uses my microphone. Please end it."


# A thread of its own: the loop's are taken by name look-ups, for as long as a dead name server likes.
_VOICE = ThreadPoolExecutor(1, "voice")


async def say(text: str, rate_hz: int) -> Pcm:
    """`text` in the device's own voice, in some 20 ms. Raises ProviderError without a voice."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_VOICE, partial(synthesize, text, rate_hz=rate_hz))
