"""The MCP servers whose tools the model may call: `[[tools.mcp]]`."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from appliance.settings.addresses import check_http_url, leaks_a_key
from appliance.settings.credentials import check_reference
from appliance.settings.section import Allowed, Conflict, Section, Text, if_given, refuse

MAX_SERVERS = 8
Argument = Annotated[str, Field(max_length=1000)]
ToolName = Annotated[str, Field(min_length=1, max_length=128)]


class McpServer(Section):
    """A server that is started (`command`) or called (`url`)."""

    name: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9_]{0,15}$"),
        Allowed("a name of lower-case letters, digits and _, at most 16; its tools are named NAME_TOOL"),
    ]
    command: Annotated[
        tuple[Argument, ...], Allowed('the program and its arguments, such as ["uvx", "mcp-server-time"]')
    ] = Field(default=(), strict=False, max_length=64)
    url: Annotated[
        Text,
        if_given(check_http_url),
        Allowed('"" | https://… | http://… to this machine, and without a key to a private address'),
    ] = ""
    api_key: Annotated[
        Text,
        if_given(check_reference),
        Allowed('credential:NAME | env:NAME, never the key itself; "" for a server without'),
    ] = ""
    allow: Annotated[
        tuple[ToolName, ...], Allowed("the tools that the model may call, by the server's names; [] for all")
    ] = Field(default=(), strict=False, max_length=64)

    @model_validator(mode="after")
    def _one_way_to_reach_it(self) -> Self:
        conflicts = []
        if self.command and self.url:
            conflicts.append(Conflict("command", "must be empty where there is a", "url"))
        if not self.url and not (self.command and self.command[0]):
            conflicts.append(Conflict("command", "must name a program, or url an address"))
        if self.api_key and not self.url:
            conflicts.append(Conflict("api_key", "is only sent to a", "url"))
        if self.api_key and self.url and leaks_a_key(self.url):
            conflicts.append(Conflict("api_key", "must be empty (or the address https://) where", "url"))
        refuse(conflicts)
        return self


def two_of_a_name(servers: tuple[McpServer, ...]) -> str | None:
    """What is wrong with the servers together; None where nothing is."""
    if len(servers) > MAX_SERVERS:
        return f"allowed are at most {MAX_SERVERS} sections that begin with [[tools.mcp]]"
    names = [server.name for server in servers]
    twice = sorted({name for name in names if names.count(name) > 1})
    return f"two are named {', '.join(twice)}" if twice else None
