"""An MCP server is configured in one way, or refused in a sentence that names what is wrong."""

from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.settings import load_settings, render

NINE = "[" + ", ".join(f"{{name = 'a{number}', command = ['x']}}" for number in range(9)) + "]"
NOWHERE = Path("/nonexistent/config.toml")


def mistakes(servers: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_settings((), [f"tools.mcp={servers}"], {}, NOWHERE)
    return refused.value.mistakes


@pytest.mark.parametrize(
    ("servers", "words"),
    [
        ("[{name = 'a'}]", ["tools.mcp.a.command", "must name a program, or url an address"]),
        ("[{command = ['x']}]", ["tools.mcp.0: name is missing", "lower-case"]),
        ("[{name = 'A b', command = ['x']}]", ["A b", "lower-case"]),
        ("[{name = 'a', command = 'x'}]", ["tools.mcp.a.command", "the program and its arguments"]),
        ("[{name = 'a', command = ['']}]", ["must name a program"]),
        ("[{name = 'a', command = ['x'], url = 'https://x/mcp'}]", ["must be empty where there is a"]),
        ("[{name = 'a', command = ['x'], api_key = 'env:K'}]", ["api_key", "is only sent to a"]),
        ("[{name = 'a', url = 'http://example.com/mcp'}]", ["is not encrypted"]),
        ("[{name = 'a', url = 'http://192.168.1.5/mcp', api_key = 'env:K'}]", ["api_key", "https://"]),
        ("[{name = 'a', url = 'https://x/mcp?token=canary'}]", ["must not hold a key"]),
        ("[{name = 'a', url = 'https://x/mcp', api_key = 'sk-canary'}]", ["env:NAME"]),
        ("[{name = 'a', comand = ['x']}]", ["comand", "did you mean tools.mcp.a.command?"]),
        ("[{name = 'a', command = ['x']}, {name = 'a', command = ['y']}]", ["two are named a"]),
        ("7", ["tools.mcp = 7", "write [[tools.mcp]]"]),
        (NINE, ["at most 8"]),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(servers: str, words: list[str]) -> None:
    found = "\n".join(mistakes(servers))
    assert [word for word in words if word not in found] == []
    assert "canary" not in found


def test_a_key_that_is_missing_is_told_of() -> None:
    loaded = load_settings(
        (), ["tools.mcp=[{name = 'a', url = 'https://x', api_key = 'env:K'}]"], {}, NOWHERE
    )
    assert [warning for warning in loaded.warnings if "tools.mcp.a.api_key" in warning]


def test_what_may_be_a_secret_among_the_arguments_is_not_shown() -> None:
    servers = "tools.mcp=[{name = 'a', command = ['x', '--token=sk-canary0123456789']}]"
    assert "canary" not in render(load_settings((), [servers], {}, NOWHERE))


def test_one_key_of_one_server_is_set_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[[tools.mcp]]\nname = "a"\ncommand = ["x"]\n[[tools.mcp]]\nname = "b"\ncommand = ["y"]\n'
    )
    settings = load_settings([file], ["tools.mcp.b.allow=['t']"], {}, NOWHERE).settings
    assert [server.allow for server in settings.tools.mcp] == [(), ("t",)]


def test_a_program_that_is_not_there_is_told_of() -> None:
    servers = (
        "tools.mcp=[{name = 'a', command = ['no-such-program', 'x']}, {name = 'b', command = ['/bin/sh']},"
        " {name = 'c', command = ['sh']}]"
    )
    loaded = load_settings((), [servers], {"PATH": "/bin"}, NOWHERE)
    assert loaded.warnings == (
        'tools.mcp.a.command: there is no program "no-such-program"; install it, or write its whole path',
    )
