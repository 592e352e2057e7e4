"""The workers of the offline providers, around a conversation: warm before they are needed, gone after it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from appliance.conversation.vocabulary import LinkChanged, LinkState
from appliance.errors import ProviderError
from appliance.providers.offline.keeper import OfflineWorker


class OfflineWorkers:
    """`workers` by the names of their providers, of which the chain starts the first by itself. Belongs to
    the event loop."""

    def __init__(
        self,
        workers: Mapping[str, OfflineWorker],
        names: Sequence[str],
        post: Callable[[LinkChanged], None],
    ) -> None:
        """`names` of all providers, in the order of trying; `post` hears how warming up went."""
        self._workers = workers
        self._standby = [name for name in names[1:] if name in workers]
        self._post = post
        self._warming: list[asyncio.Task[None]] = []

    def warm_up(self) -> "list[asyncio.Task[None]]":
        """Let those that stand by be warm before they are needed."""
        self._warming = [asyncio.create_task(self._warm_up(name)) for name in self._standby]
        return self._warming

    def stop(self) -> "list[asyncio.Task[None]]":
        """End all of them; what is returned is done when they are gone. One that still warms up was not
        lost: nobody hears of it."""
        for warming in self._warming:
            warming.cancel()
        return [asyncio.create_task(worker.stop()) for worker in self._workers.values()]

    async def _warm_up(self, name: str) -> None:
        self._post(LinkChanged(name, LinkState.CONNECTING))
        try:
            await self._workers[name].start()
        except ProviderError as error:
            self._post(LinkChanged(name, LinkState.DOWN, error.category, str(error)))
        else:
            self._post(LinkChanged(name, LinkState.READY))
