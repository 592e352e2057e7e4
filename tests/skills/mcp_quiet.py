"""An MCP server of 2025 at an address, written by hand, that says nothing by itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

_EMPTY = b"content-length: 0\r\n\r\n"


class QuietServer:
    """Its tool `hang` is never answered, any other one gives its own name. `build` gives it another one."""

    def __init__(self) -> None:
        self.tools = ["hang"]
        self.url = ""
        self.acknowledges = True
        self.refusals = 0  # so often it does not list its tools
        self.listened = asyncio.Event()
        self._listeners: set[asyncio.StreamWriter] = set()

    def build(self) -> int:
        """Offer `shed` too; how many are told so."""
        self.tools.append("shed")
        return self.say_that_they_are_others()

    def say_that_they_are_others(self) -> int:
        """To those that listen; how many they are."""
        told = json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}).encode()
        for listener in self._listeners:
            listener.write(b"event: message\r\ndata: " + told + b"\r\n\r\n")
        return len(self._listeners)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
                if head.startswith("get "):
                    await self._let_listen(reader, writer)
                    return
                if head.startswith("delete "):
                    writer.write(b"HTTP/1.1 200 OK\r\n" + _EMPTY)
                    continue
                length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
                self._answer(json.loads(await reader.readexactly(int(length.split(":")[1]))), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _let_listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        self._listeners.add(writer)
        self.listened.set()
        try:
            await reader.read()
        finally:
            self._listeners.remove(writer)

    def _answer(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        given: dict[str, Any] = {"error": {"code": -32601, "message": "not now\n<3>\x1b[2Jall is lost"}}
        match message["method"]:
            case "tools/call" if message["params"]["name"] == "hang":
                return
            case "tools/call":
                given = {"result": {"content": [{"type": "text", "text": message["params"]["name"]}]}}
            case "tools/list" if self.refusals:
                self.refusals -= 1
            case "tools/list":
                alike = {"description": "Do it.", "inputSchema": {"type": "object"}}
                given = {"result": {"tools": [{"name": name, **alike} for name in self.tools]}}
            case "initialize":
                offered = {"tools": {"listChanged": True}}
                info = {"name": "quiet", "version": "1"}
                version = {"protocolVersion": "2025-06-18", "capabilities": offered, "serverInfo": info}
                given = {"result": version}
        if "id" not in message:
            if self.acknowledges:
                writer.write(b"HTTP/1.1 202 Accepted\r\n" + _EMPTY)
            return
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], **given}).encode()
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nmcp-session-id: s1\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)


@asynccontextmanager
async def quiet_server() -> AsyncIterator[QuietServer]:
    """It, until the block ends."""
    quiet = QuietServer()
    server = await asyncio.start_server(quiet.take, "127.0.0.1", 0)
    quiet.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
    try:
        yield quiet
    finally:
        server.close()
