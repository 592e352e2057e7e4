"""The verb that finds the settings for one's own room. It imports what it needs when it is called."""

import os
from pathlib import Path
from typing import Annotated

import typer

from appliance.verb_options import Config, Set

app = typer.Typer()


@app.command(rich_help_panel="To look after it")
def tune(
    recordings: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[WAV]…", help="Somebody speaks as he would to the appliance."),
    ] = None,
    noise: Annotated[
        list[Path] | None,
        typer.Option("--noise", metavar="WAV", help="Nobody speaks in it; repeatable."),
    ] = None,
    config: Config = None,
    overrides: Set = None,
    apart_s: Annotated[
        float,
        typer.Option(
            min=0.5, max=10, help="Of a recording without a script: so much silence parts sentences."
        ),
    ] = 2.0,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Of the profile that is written.")
    ] = "tuned",
    picture: Annotated[
        Path | None,
        typer.Option("-o", "--picture", metavar="OUT.svg|.png", help="Draw what each would have done."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write no profile.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Try other settings of hearing on recordings of your room, and write the best as a profile."""
    from appliance.service.tune.verb import TuneOptions, run_tune
    from appliance.settings import load_settings

    loaded = load_settings(config or [], overrides or [], os.environ)
    for warning in loaded.warnings:
        typer.echo(f"appliance: {warning}", err=True)
    options = TuneOptions(
        tuple(recordings or ()), tuple(noise or ()), apart_s * 1000, name, picture, dry_run, as_json
    )
    run_tune(loaded.settings, options)
