"""A server that says that it offers other tools than before is asked for them anew."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mcp import Client

# Between two looks: other tools make a vendor read the whole conversation uncached, so that a server that
# changes them all the time is heard no oftener.
PAUSE_S: Final = 5.0
# To a subscription that the server has ended or refused, and to a list that it has not given.
AGAIN_S: Final = 60.0


class ToolNews:
    """Whether the server has said that its tools are others. Belongs to the event loop."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    async def hear(self, message: Any) -> None:
        """For `Client.message_handler`: how servers say so until the protocol of 2026."""
        from mcp_types import ToolListChangedNotification

        if isinstance(message, ToolListChangedNotification):
            self._told.set()

    async def follow(self, client: "Client", look: Callable[[], Awaitable[bool]]) -> None:
        """`look` whenever it has said so, until cancelled; as often as `PAUSE_S` allows.

        Where `look` could see nothing (false) it looks again with the next news, or after `AGAIN_S`.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.listen(client))
            while True:
                await self._told.wait()
                self._told.clear()
                seen = await look()
                await asyncio.sleep(PAUSE_S)
                if not seen:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._told.wait(), AGAIN_S)
                    self._told.set()

    async def listen(self, client: "Client") -> None:
        """How servers say so since: to whom has asked for it, as long as the stream for it stands.

        Until cancelled, or the server says that it knows no such thing."""
        from mcp import MCPError
        from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
        from mcp_types import METHOD_NOT_FOUND

        while True:
            try:
                async with client.listen(tools_list_changed=True) as changes:
                    self._told.set()  # what changed since the list was taken
                    async for _ in changes:
                        self._told.set()
            except ListenNotSupportedError:
                return
            except MCPError as refused:
                if refused.code == METHOD_NOT_FOUND:
                    return
            except (SubscriptionLost, TimeoutError):
                pass
            await asyncio.sleep(AGAIN_S)
