"""One MCP server: started, listed, called within a deadline, and started anew when it is lost.

The `mcp` package and what it brings are imported when a server is started, and not before.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import SecretStr

from appliance.skills.mcp_news import ToolNews
from appliance.skills.mcp_texts import named, one_line, outcome_of
from appliance.skills.mcp_tools import McpTool, list_tools
from appliance.skills.mcp_transport import load, over_http, over_pipes, watched
from appliance.skills.outcome import Outcome, failed
from appliance.skills.tool import Tool

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client import Transport

# A server that is fetched by npx or uvx at its first start, on a small machine and a slow line.
START_TIMEOUT_S: Final = 60.0
# Shorter than what the runner gives any tool, so that the model learns who was too slow.
CALL_TIMEOUT_S: Final = 20.0
# A server that is to end: three times what the package is told to take for it at most.
END_TIMEOUT_S: Final = 4.0
# Between two tries: doubled each time, to a minute, because a start costs a small machine a second of work.
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
# After it has lived so long its end is a new one.
STEADY_S: Final = 60.0
_MAX_REASON_CHARS: Final = 200
_ENDLESS: Final = "it writes a line that does not end"


@dataclass(frozen=True, slots=True)
class McpOptions:
    """A server that is started (`command`, its first element the program) or called at `url`.

    `allow`: the tools that the model may call, by the server's own names; empty: all of them.
    """

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    api_key: SecretStr = field(default_factory=lambda: SecretStr(""))
    allow: tuple[str, ...] = ()


class McpServer:
    """Belongs to the event loop. `tools` stay what they are while the server is away: calling one of them
    then gives an error."""

    def __init__(
        self,
        options: McpOptions,
        environment: Mapping[str, str],
        changed: Callable[[Sequence[Tool], Sequence[Tool]], None],
        tell: Callable[[str], None],
    ) -> None:
        """`environment` is all that a started server gets to know of ours, beside who and where it is;
        `changed` is called with the tools of before and of now, where they differ; `tell` gets sentences
        for the owner."""
        self._options = options
        self._environment = dict(environment)
        self._changed = changed
        self._tell = tell
        self._tools: tuple[McpTool, ...] = ()
        self._client: Client | None = None
        self._lost = asyncio.Event()
        self._endless = asyncio.Event()  # it writes a line that does not end
        self._refusal = ""  # what it last answered over HTTP, where that was an error
        self._told = ""
        self._unlisted = ""  # why it did not list its tools at the last look
        self._left_out: list[str] = []  # what no model could be told of at the last look

    @property
    def tools(self) -> Sequence[Tool]:
        """What it offered last."""
        return self._tools

    async def run(self) -> None:
        """Keep it at work until cancelled."""
        loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while True:
            began_s = loop.time()
            reason = await self._live()
            if loop.time() - began_s >= STEADY_S:
                pause_s = FIRST_PAUSE_S
            self._tell_once(reason)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def call(self, tool: str, arguments: dict[str, Any]) -> Outcome:
        """Call the server's `tool`. Never raises but when it is cancelled."""
        from mcp import MCPError

        client = self._client
        if client is None:
            return failed(f"the tools of {self._options.name} are not available; they are being started anew")
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                return outcome_of(await client.call_tool(tool, arguments))
        except TimeoutError:
            return failed(f"{self._options.name} took longer than {CALL_TIMEOUT_S:g} s")
        except MCPError as refused:
            return failed(str(refused))
        except Exception as error:  # noqa: BLE001  as in `run`
            self._lost.set()
            return failed(f"{self._options.name} failed: {_reason(error)}")

    async def _live(self) -> str:
        """One life of the server; why it is over. Cancelled, it comes back once the server has ended."""
        started, self._endless = asyncio.Event(), asyncio.Event()
        life = asyncio.create_task(self._serve(started))
        waiting = [asyncio.create_task(event.wait()) for event in (started, self._endless)]
        try:
            await asyncio.wait({life, *waiting}, timeout=START_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            if not life.done() and not started.is_set() and not self._endless.is_set():
                return f"it did not answer within {START_TIMEOUT_S:g} s"
            if started.is_set():
                await asyncio.wait({life})
        finally:
            self._client = None
            for task in waiting:
                task.cancel()
            await _end(life)
        if self._endless.is_set():
            return _ENDLESS
        if life.cancelled() or not life.done():
            return "it was broken off"
        fault = life.exception()
        return "it has ended" if fault is None else self._refusal or _reason(fault)

    async def _serve(self, started: asyncio.Event) -> None:
        """From its start until it is lost."""
        await asyncio.to_thread(load)
        from mcp import Client

        self._lost = lost = asyncio.Event()
        self._refusal = ""
        news = ToolNews()
        transport = cast("Transport", watched(self._transport(), lost))
        client = Client(transport, read_timeout_seconds=CALL_TIMEOUT_S, cache=None, message_handler=news.hear)
        async with client:
            await self._take_list(client)
            started.set()
            self._client, self._told = client, ""
            try:
                await self._stay(client, news, lost)
            finally:
                self._client = None  # ending it takes a while

    async def _stay(self, client: "Client", news: ToolNews, lost: asyncio.Event) -> None:
        """Until it is lost. Raises what went wrong where that is why."""
        following = asyncio.create_task(news.follow(client, lambda: self._look_again(client)))
        following.add_done_callback(lambda _: lost.set())
        try:
            await lost.wait()
        finally:
            following.cancel()
            await asyncio.wait({following})
        if not following.cancelled() and (fault := following.exception()) is not None:
            raise fault

    async def _look_again(self, client: "Client") -> bool:
        """It has other tools than before, and stays with those it had where it does not list them (false)."""
        from mcp import MCPError

        try:
            await self._take_list(client)
        except (MCPError, TimeoutError) as refused:
            reason = _reason(refused)
            if reason != self._unlisted:
                self._tell(f"the MCP server {self._options.name} has other tools than before, and does not"
                           f" list them: {reason}")  # fmt: skip
            self._unlisted = reason
            return False
        return True

    async def _take_list(self, client: "Client") -> None:
        options = self._options
        tools, left_out = await list_tools(client, options.name, options.allow, self.call)
        self._unlisted = ""
        before, self._left_out = self._left_out, left_out
        if left_out and left_out != before:
            self._tell(f"the MCP server {options.name} offers tools that no model could be told of:"
                       f" {named(left_out)}")  # fmt: skip
        had = self._tools
        if len(tools) != len(had) or not all(new.is_like(old) for new, old in zip(tools, had, strict=True)):
            self._tools = tools
            self._changed(had, tools)

    def _transport(self) -> AbstractAsyncContextManager[Any]:
        options = self._options
        if options.url:
            return over_http(options.url, options.api_key, CALL_TIMEOUT_S, self._take_status)
        return over_pipes(options.command, self._environment, self._take_endless_line)

    def _take_endless_line(self) -> None:
        self._endless.set()
        self._lost.set()

    def _take_status(self, status: int) -> None:
        if status in (401, 403):
            self._refusal = f"its key is refused (HTTP {status})"
        elif status >= 400:
            self._refusal = f"it answers HTTP {status}"

    def _tell_once(self, reason: str) -> None:
        if reason != self._told:
            self._told = reason
            self._tell(f"the MCP server {self._options.name} cannot be used: {reason}; it is tried again")


async def _end(life: "asyncio.Task[None]") -> None:
    """Cancel `life` once, and wait for its end: cancelled a second time, the package would leave its program
    running, and never come back."""
    life.cancel()
    loop, wanted = asyncio.get_running_loop(), None
    give_up_s = loop.time() + END_TIMEOUT_S
    while not life.done() and (left_s := give_up_s - loop.time()) > 0:
        try:
            await asyncio.wait({life}, timeout=left_s)
        except asyncio.CancelledError as again:
            wanted = again
    if wanted is not None:
        raise wanted


def _reason(error: BaseException) -> str:
    """The innermost of a group, in one line; an error of the system without its number."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and error.errno:
        which = f": {error.filename}" if isinstance(error.filename, str) else ""
        return one_line(f"{os.strerror(error.errno)}{which}", _MAX_REASON_CHARS)
    return one_line(f"{type(error).__name__}: {error}", _MAX_REASON_CHARS)
