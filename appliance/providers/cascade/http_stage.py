"""What the stages over OpenAI-compatible HTTP have in common."""

import asyncio
from contextlib import suppress

from appliance.errors import FailureCategory, ProviderError
from appliance.providers.http.client import HttpClient, HttpOptions
from appliance.providers.http.refusal import Refusal

# The list of models of a vendor has 30 kB; what is longer is not read, and the connection not kept.
MAX_LIST_BYTES = 1 << 20
# Silence before and within that list.
LIST_SILENCE_S = 4.0
# Connecting anew while somebody talks, however slowly the server answers: after that the question itself
# does it, and a turn leaves no request behind that the next one has to wait for.
WARM_TIMEOUT_S = 5.0
# What only the owner can mend. Any other refusal of the list says little: many servers have none.
_FOR_THE_OWNER = (FailureCategory.AUTH_FAILED, FailureCategory.QUOTA_EXHAUSTED)


class HttpStage:
    """One server. Opening it asks for its list of models: so a key that it refuses and a server that is not
    there are known at once, and the connection stands when the first question comes."""

    def __init__(self, options: HttpOptions) -> None:
        self._http = HttpClient(options)

    async def open(self) -> None:
        """See `Stage`."""
        await self._http.open()
        try:
            await self._list_models()
        except Refusal as refused:
            if refused.category in _FOR_THE_OWNER or refused.status >= 500:
                raise

    async def warm(self) -> None:
        """See `Warming`: connect while the person talks, where the connection is gone."""
        if self._http.is_cold:
            with suppress(ProviderError, TimeoutError):
                async with asyncio.timeout(WARM_TIMEOUT_S):
                    await self._list_models()

    async def close(self) -> None:
        """See `Stage`."""
        await self._http.close()

    async def _list_models(self) -> None:
        async with self._http.request("GET", "/models", silence_s=LIST_SILENCE_S) as reply:
            await reply.whole(MAX_LIST_BYTES)
