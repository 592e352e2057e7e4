"""The verb that finds the settings for one's own room. It imports what it needs when it is called."""

import os
from pathlib import Path
from typing import Annotated

import typer

from appliance.verb_options import Config, Set, Socket

app = typer.Typer()

Recordings = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[WAV]…", help="Somebody speaks as he would to the appliance."),
]
Noise = Annotated[
    list[Path] | None, typer.Option("--noise", metavar="WAV", help="Nobody speaks in it; repeatable.")
]
Recording = Annotated[
    Path | None, typer.Option("--recording", metavar="OUT.wav", help="Where what it records goes.")
]
Apart = Annotated[
    float, typer.Option(min=0.5, max=10, help="Without a script, so much silence parts two sentences.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Of the profile that is written.")]
Picture = Annotated[
    Path | None,
    typer.Option("-o", "--picture", metavar="OUT.svg|.png", help="Draw what each would have done."),
]


@app.command(rich_help_panel="To look after it")
def tune(
    recordings: Recordings = None,
    noise: Noise = None,
    config: Config = None,
    overrides: Set = None,
    recording: Recording = None,
    apart_s: Apart = 2.0,
    name: Name = "tuned",
    picture: Picture = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write no profile.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
    socket: Socket = None,
) -> None:
    """Try other settings of hearing on recordings of your room, and write the best as a profile.

    Without recordings it makes one, in two minutes, and asks you to read a few sentences.
    """
    from appliance.service.control.place import client_path
    from appliance.service.tune.verb import TuneOptions, run_tune
    from appliance.settings import load_settings

    loaded = load_settings(config or [], overrides or [], os.environ)
    for warning in loaded.warnings:
        typer.echo(f"appliance: {warning}", err=True)
    run_tune(
        loaded.settings,
        TuneOptions(
            tuple(recordings or ()),
            tuple(noise or ()),
            recording,
            client_path(socket, os.environ),
            apart_s * 1000,
            name,
            picture,
            dry_run,
            as_json,
        ),
    )
