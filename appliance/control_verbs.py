"""The verbs that a person types to a running appliance. Each imports what it needs when it is called."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from appliance.verb_options import Socket

app = typer.Typer()
_PANEL = "To a running appliance"

State = Annotated[
    Path | None,
    typer.Option(
        "--state", metavar="DIR", help="Where one that does not run keeps things, if not in the usual place."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For a program to read.")]


@app.command(rich_help_panel=_PANEL)
def say(text: Annotated[str, typer.Argument(metavar="TEXT")], socket: Socket = None) -> None:
    """Speak a sentence in the appliance's own voice."""
    _do(socket, do="say", text=text)


@app.command(rich_help_panel=_PANEL)
def ask(
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    in_writing: Annotated[bool, typer.Option("--text", help="The answer is not spoken.")] = False,
    socket: Socket = None,
) -> None:
    """Ask a question in writing and print the answer."""
    from appliance.service.control.display import GrowingText

    with GrowingText(sys.stdout) as answer:
        for members in _replies(socket, do="ask", text=text, spoken=not in_writing):
            answer.show(str(members.get("text", "")), final="ok" in members)


@app.command(rich_help_panel=_PANEL)
def mute(socket: Socket = None) -> None:
    """Hear nothing and send nothing until `unmute`."""
    _do(socket, do="mute")
    typer.echo("It is muted: it hears nothing and sends nothing until `appliance unmute`.")


@app.command(rich_help_panel=_PANEL)
def unmute(socket: Socket = None) -> None:
    """Hear again."""
    _do(socket, do="unmute")
    typer.echo("It hears again.")


@app.command(rich_help_panel=_PANEL)
def stop(socket: Socket = None) -> None:
    """End whatever goes on: a question, an answer or an announcement."""
    _do(socket, do="stop")


@app.command(rich_help_panel=_PANEL)
def forget(socket: Socket = None, state: State = None) -> None:
    """Forget everything that was said, whether it runs or not; timers and alarms stay."""
    from appliance.service.control.failures import NotRunning

    try:
        _do(socket, do="forget")
    except NotRunning:
        from appliance.service.memory.forget_at_rest import folder_at_rest, forget_at_rest

        folder = folder_at_rest(state, os.environ)
        there = forget_at_rest(folder)
        typer.echo(
            f"No appliance is running. What it kept of what was said is deleted from {folder};"
            " timers and alarms stay."
            if there
            else f"No appliance is running, and nothing of what was said is kept in {folder}."
        )
        return
    typer.echo("What was said is forgotten. Timers and alarms stay.")


@app.command(rich_help_panel=_PANEL)
def commit(socket: Socket = None) -> None:
    """End what is being said to the appliance, without waiting for silence."""
    _do(socket, do="commit")


@app.command(rich_help_panel=_PANEL)
def press(socket: Socket = None) -> None:
    """Press the button, until `release`."""
    _do(socket, do="press")


@app.command(rich_help_panel=_PANEL)
def release(
    short: Annotated[
        bool, typer.Option("--short", help="It was a short press, which does not end what is said.")
    ] = False,
    socket: Socket = None,
) -> None:
    """Release the button; what was said while it was held is the question."""
    _do(socket, do="release", held=not short)


@app.command(rich_help_panel=_PANEL)
def volume(
    percent: Annotated[int | None, typer.Argument(metavar="N", min=0, max=100)] = None,
    socket: Socket = None,
) -> None:
    """Print the loudspeaker's volume in per cent, or change it."""
    given = {} if percent is None else {"percent": percent}
    typer.echo(f"{_do(socket, do='volume', **given)['percent']} %")


@app.command("set", rich_help_panel=_PANEL)
def set_variable(
    assignment: Annotated[
        str | None, typer.Argument(metavar="NAME=VALUE", help="Without it, all variables are printed.")
    ] = None,
    socket: Socket = None,
) -> None:
    """Give one of the variables that the instructions name a value, or print them all."""
    if assignment is None:
        for members in _replies(socket, do="variables"):
            if "name" in members:
                typer.echo(f"{members['name']}={members['value']}")
        return
    name, equals, value = assignment.partition("=")
    if not equals:
        raise typer.BadParameter("write NAME=VALUE, such as user_name=Alice")
    _do(socket, do="set", name=name.strip(), value=value)


@app.command(rich_help_panel=_PANEL)
def reload(socket: Socket = None) -> None:
    """Apply a changed configuration as soon as nobody speaks; one that is wrong is refused."""
    _do(socket, do="reload")
    typer.echo("The changed configuration is right; it is applied as soon as nobody speaks.")


@app.command(rich_help_panel=_PANEL)
def transcript(as_json: AsJson = False, socket: Socket = None) -> None:
    """Print what was said, by the person and by the appliance."""
    import json

    from appliance.conversation.vocabulary import HistoryItem
    from appliance.service.control.display import transcript_lines
    from appliance.service.control.replies import read

    pieces = [members for members in _replies(socket, do="transcript") if "ok" not in members]
    if as_json:
        typer.echo(json.dumps(pieces, ensure_ascii=False, indent=2))
        return
    for line in transcript_lines([read(HistoryItem, members) for members in pieces]):
        typer.echo(line)


@app.command(rich_help_panel=_PANEL)
def status(
    as_json: AsJson = False,
    once: Annotated[
        bool, typer.Option("--once", help="Print it and end; without, a terminal shows it until Ctrl-C.")
    ] = False,
    socket: Socket = None,
) -> None:
    """Show what the appliance is doing, who answers, its devices and its counters."""
    import json
    from dataclasses import asdict

    from appliance.service.control.controls import Status
    from appliance.service.control.replies import read

    def ask_for_it(wondering: Callable[[], None] = _wondering) -> Status:
        *_, last = _converse(socket, wondering, {"do": "status"})
        return read(Status, last.get("status"))

    if as_json:
        typer.echo(json.dumps(asdict(ask_for_it()), ensure_ascii=False, indent=2))
        return
    from rich.console import Console

    console = Console()
    if once or not console.is_terminal or console.is_dumb_terminal:
        from appliance.service.control.display import show_status

        show_status(ask_for_it(), console)
        return
    import time

    from appliance.service.control.watching import watch

    watch(ask_for_it(), ask_for_it, console, time.sleep)


def _wondering() -> None:
    typer.echo("appliance: waiting for the appliance…", err=True)


def _do(socket: Path | None, **members: object) -> Mapping[str, Any]:
    """Ask for something that has one reply, and return it."""
    return list(_replies(socket, **members))[-1]


def _replies(socket: Path | None, **members: object) -> Iterator[Mapping[str, Any]]:
    return _converse(socket, _wondering, members)


def _converse(
    socket: Path | None, wondering: Callable[[], None], members: dict[str, Any]
) -> Iterator[Mapping[str, Any]]:
    from appliance.service.control.client import converse
    from appliance.service.control.place import client_path
    from appliance.service.control.requests import make_request

    return converse(client_path(socket, os.environ), make_request(members), wondering)
