"""Options that several verbs take."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    list[Path] | None,
    typer.Option("--config", metavar="FILE", help="A TOML file of settings; repeatable, later ones win."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting, such as conversation.language=de."),
]
State = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="Where it keeps what outlives a restart.")
]
Socket = Annotated[
    Path | None,
    typer.Option(
        "--socket",
        metavar="PATH",
        help="The control socket; without it $APPLIANCE_SOCKET, or the usual place.",
    ),
]
