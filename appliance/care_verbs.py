"""The verbs by which a person looks after an appliance. Each imports what it needs when it is called."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from appliance.verb_options import Config, Set, Socket, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from appliance.service.doctor.examination import Patient
    from appliance.settings import Loaded

app = typer.Typer()
_PANEL = "To look after it"


@app.command(rich_help_panel=_PANEL)
def doctor(
    config: Config = None,
    overrides: Set = None,
    silent: Annotated[
        bool, typer.Option("--silent", help="Play nothing: the acoustic check is left out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
    state: State = None,
    socket: Socket = None,
) -> None:
    """Check ears, mouth, pins, clock, network and keys; it plays three sweeps and listens to them."""
    from appliance.service.doctor.display import as_json as shown_as_json
    from appliance.service.doctor.display import finding_lines, summary
    from appliance.service.doctor.examination import examine
    from appliance.service.doctor.finding import all_well

    found = []
    for finding in examine(_patient(config, overrides, state, socket, silent=silent)):
        found.append(finding)
        if not as_json:
            for line in finding_lines(finding):
                typer.echo(line)
    typer.echo(shown_as_json(found) if as_json else f"\n{summary(found)}")
    raise typer.Exit(0 if all_well(found) else 1)


@app.command(rich_help_panel=_PANEL)
def report(
    config: Config = None,
    overrides: Set = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE.tar.gz", help="Without it a file named by the time, here."),
    ] = None,
    state: State = None,
    socket: Socket = None,
) -> None:
    """Write a support bundle without keys, names, addresses or anything that was said; nothing is sent."""
    from datetime import datetime

    from appliance.service.report.bundle import contents, write_bundle
    from appliance.service.report.parts import parts_of
    from appliance.service.report.redaction import Redactor
    from appliance.service.report.secrets import known_hosts, known_names, known_secrets

    path = out or Path(f"appliance-report-{datetime.now():%Y%m%d-%H%M%S}.tar.gz")
    patient = _patient(config, overrides, state, socket, silent=True)
    names = (*known_names(os.environ), *known_hosts(patient.load))
    redactor = Redactor(known_secrets(os.environ), names)
    written = write_bundle(path, parts_of(patient), redactor, lambda what: typer.echo(f"… {what}", err=True))
    typer.echo(f"The bundle is in {path}, and nobody but you can read it. It holds:")
    for line in contents(written):
        typer.echo(f"  {line}")
    typer.echo(
        "Keys, names, addresses and what was said were taken out. Nothing was sent: look through it"
        f" (tar -xzf {path}) before you give it away."
    )


@app.command(rich_help_panel=_PANEL)
def bench(
    config: Config = None,
    overrides: Set = None,
    cable: Annotated[
        bool, typer.Option("--cable", help="There is an audio cable from the output to the input.")
    ] = False,
    questions: Annotated[int, typer.Option(min=1, max=200, help="How many questions are asked.")] = 10,
    interruptions: Annotated[int, typer.Option(min=0, max=200, help="How many are talked over.")] = 5,
    replug: Annotated[
        bool, typer.Option("--replug", help="You will be asked to unplug the microphone.")
    ] = False,
    wires: Annotated[
        str | None,
        typer.Option(metavar="PRESS,LIGHT", help="Pins that are wired to the button's and the light's: 5,6."),
    ] = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="CARD", help="Where CARD.txt and CARD.svg go.")
    ] = Path("appliance-card"),
    socket: Socket = None,
    under_test: Annotated[Path | None, typer.Option("--under-test", hidden=True)] = None,
) -> None:
    """Measure the appliance on this hardware over an audio cable, and write a card to show."""
    settings = _loader(config, [*(overrides or []), *_FOR_THE_BENCH])().settings
    if under_test is not None:
        from appliance.service.bench.under_test import run_under_test

        run_under_test(settings, under_test, questions, interruptions, _end_at_once)
    if not cable:
        raise typer.BadParameter("give --cable; hardware/loopback/README.md shows how it is wired")
    from appliance.service.bench.cable import CableOptions, run_cable_bench
    from appliance.service.control.place import client_path

    given = [word for file in config or [] for word in ("--config", str(file))]
    given += [word for setting in overrides or [] for word in ("--set", setting)]
    socket_path = client_path(socket, os.environ)
    options = CableOptions(out, questions, interruptions, replug, _two_pins(wires), given, socket_path)
    raise typer.Exit(run_cable_bench(settings, options, typer.echo))


def _two_pins(wires: str | None) -> tuple[int, int] | None:
    """The pins of --wires. Raises BadParameter for what are none."""
    if wires is None:
        return None
    press, comma, light = wires.partition(",")
    if not comma or not (press.isdecimal() and light.isdecimal()) or press == light:
        raise typer.BadParameter(f"{wires!r} are no two BCM numbers, such as 5,6", param_hint="--wires")
    return int(press), int(light)


# A cable is no room: nothing comes back but what was said, and nothing is said but what is measured.
_FOR_THE_BENCH = (
    "audio.echo.cancel=off",
    "conversation.greeting=",
    "conversation.trigger=open",
    "hearing.end_of_turn=silence",
    "interruption.strategy=immediate",
    "tools.builtin=false",
    "tools.mcp=[]",
)


def _end_at_once(error: Exception) -> NoReturn:
    """The daemon under test cannot go on; who started it reads why."""
    print(str(error) or type(error).__name__, file=sys.stderr, flush=True)
    os._exit(1)


def _patient(
    config: list[Path] | None,
    overrides: list[str] | None,
    state: Path | None,
    socket: Path | None,
    *,
    silent: bool,
) -> "Patient":
    from appliance.service.control.place import client_path
    from appliance.service.doctor.display import telling
    from appliance.service.doctor.examination import Patient
    from appliance.service.memory.state import find_state_folder

    return Patient(
        _loader(config, overrides),
        os.environ,
        client_path(socket, os.environ),
        find_state_folder(state, os.environ),
        silent,
        lambda what: telling(sys.stderr, what),
    )


def _loader(config: list[Path] | None, overrides: list[str] | None) -> "Callable[[], Loaded]":
    from appliance.settings import load_settings

    return lambda: load_settings(config or [], overrides or [], os.environ)
