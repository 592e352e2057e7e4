"""The tools that the owner's settings name."""

import os
from collections.abc import Mapping

from pydantic import SecretStr

from appliance.errors import ConfigurationError
from appliance.providers.offline.environment import without_keys
from appliance.service.toolbox.toolbox import ToolboxOptions
from appliance.settings import Settings, resolve_secret
from appliance.settings.mcp import McpServer
from appliance.skills.mcp_server import McpOptions


def toolbox_options(settings: Settings) -> ToolboxOptions:
    """What the conversation's toolbox holds."""
    servers = tuple(_server(server, os.environ) for server in settings.tools.mcp)
    return ToolboxOptions(settings.tools.builtin, servers, without_keys())


def _server(server: McpServer, environ: Mapping[str, str]) -> McpOptions:
    try:
        key = resolve_secret(server.api_key, environ)
    except ConfigurationError:  # the settings warned of it; the server will refuse, and say so
        key = SecretStr("")
    return McpOptions(server.name, server.command, server.url, key, server.allow)
