"""The verbs that a person types. Each imports what it needs when it is called."""

import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from appliance import __version__, care_verbs, control_verbs, tune_verb
from appliance.errors import ApplianceError, ConfigurationError
from appliance.settings import Loaded, load_settings, render
from appliance.verb_options import Config, Set, Socket, State

if TYPE_CHECKING:
    from appliance.service.duplex.modelled_echo import EchoModel
    from appliance.service.replay import Press

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A plug-in voice appliance: a microphone, a loudspeaker, and a conversation between them.",
)

_INTERRUPTED = 130  # typer's word for a KeyboardInterrupt
_SPAN = re.compile(r"(\d{1,6}(?:\.\d*)?)-(\d{1,6}(?:\.\d*)?)")


def _settings(config: list[Path] | None, overrides: list[str] | None) -> Loaded:
    loaded = load_settings(config or [], overrides or [], os.environ)
    for warning in loaded.warnings:
        typer.echo(f"appliance: {warning}", err=True)
    return loaded


@app.command()
def run(
    config: Config = None,
    overrides: Set = None,
    socket: Socket = None,
    state: State = None,
    wait_for_devices: Annotated[
        bool,
        typer.Option(
            "--wait-for-devices", help="Without a microphone or loudspeaker, wait for one instead of ending."
        ),
    ] = False,
) -> None:
    """Be the speaker, in the foreground, until SIGINT or SIGTERM.

    SIGHUP applies a changed configuration as soon as nobody speaks, where it was not started from a terminal.
    """
    _stop_at_once()
    from appliance.service.live.live import run_live

    run_live(
        _settings(config, overrides).settings,
        _leave,
        socket,
        state=state,
        wait_for_devices=wait_for_devices,
        load_again=lambda: load_settings(config or [], overrides or [], os.environ).settings,
    )


@app.command()
def demo(
    config: Config = None,
    overrides: Set = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where answer.wav, events.jsonl and the picture go.")
    ] = Path("conversation"),
    live: Annotated[bool, typer.Option("--live", help="Speak yourself, into a real microphone.")] = False,
    question: Annotated[
        str, typer.Option("--question", metavar="TEXT", help="What the virtual microphone asks.")
    ] = "What time is it?",
) -> None:
    """Ask a question aloud and hear the answer; no hardware, network or key is needed."""
    from appliance.service.demo import run_demo

    settings = _settings(config, overrides).settings
    if live:
        _stop_at_once()
        from appliance.service.demo import run_live_demo

        run_live_demo(settings, _leave)
    _end(run_demo(settings, out, question))


@app.command()
def replay(
    wav: Annotated[Path, typer.Argument(metavar="IN.wav", help="What the microphone hears.")],
    out: Annotated[Path, typer.Option("--out", metavar="OUT.wav", help="What the loudspeaker plays.")],
    events: Annotated[Path, typer.Option("--events", metavar="EVENTS.jsonl", help="What happened.")],
    config: Config = None,
    overrides: Set = None,
    device_delay_ms: Annotated[
        int, typer.Option(min=0, max=1000, help="How long a sample takes through the loudspeaker.")
    ] = 40,
    echo_db: Annotated[
        float | None,
        typer.Option(
            min=-120,
            max=40,
            help="Level at which the microphone hears the loudspeaker; left out: it does not.",
        ),
    ] = None,
    echo_delay_ms: Annotated[
        float | None,
        typer.Option(min=0, max=2000, help="How long after it left the loudspeaker; left out: 0."),
    ] = None,
    echo_ir: Annotated[
        Path | None,
        typer.Option(metavar="IR.wav", help="An impulse response of the room; its level does not matter."),
    ] = None,
    press: Annotated[
        list[str] | None,
        typer.Option("--press", metavar="START-END", help="Hold the button from START to END seconds."),
    ] = None,
    tail_s: Annotated[
        float, typer.Option(min=0, max=600, help="How long to wait for silence after the end of IN.wav.")
    ] = 20.0,
    virtual_time: Annotated[
        bool, typer.Option("--virtual-time", help="As fast as the machine can; the stream waits for answers.")
    ] = False,
    state: State = None,
) -> None:
    """Put a recording in place of the microphone and keep what the loudspeaker plays."""
    from appliance.service.replay import ReplayOptions, run_replay

    presses = _presses(press or [])
    echo = _echo(echo_db, echo_delay_ms, echo_ir)
    options = ReplayOptions(wav, out, events, device_delay_ms, tail_s, presses, virtual_time, echo, state)
    _end(run_replay(_settings(config, overrides).settings, options))


@app.command("check-config")
def check_config(config: Config = None, overrides: Set = None) -> None:
    """Print the settings in force, or what is wrong with them and what is allowed."""
    from appliance.service.plugin_check import check_plugins
    from appliance.service.providers.provider_check import check_providers

    loaded = _settings(config, overrides)
    check_plugins(loaded.settings)
    for sentence in check_providers(loaded.settings):
        typer.echo(f"appliance: {sentence}", err=True)
    typer.echo(render(loaded), nl=False)


@app.command()
def devices(config: Config = None, overrides: Set = None) -> None:
    """List microphones and loudspeakers: the names to put into the configuration, and what is wrong."""
    from appliance.audio.cards import Direction
    from appliance.audio.devices import list_devices
    from appliance.audio.listing import list_for_people

    audio = _settings(config, overrides).settings.audio
    configured = {Direction.CAPTURE: audio.input.device, Direction.PLAYBACK: audio.output.device}
    typer.echo(list_for_people(*list_devices(), configured))


@app.command()
def timeline(
    events: Annotated[Path, typer.Argument(metavar="EVENTS.jsonl")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT.svg|.png", help="By its name SVG or PNG.")],
    input_wav: Annotated[
        Path | None, typer.Option("--in-wav", metavar="IN.wav", help="Draw the person's sound too.")
    ] = None,
    output_wav: Annotated[
        Path | None, typer.Option("--out-wav", metavar="OUT.wav", help="Draw the answer's sound too.")
    ] = None,
    from_s: Annotated[
        float, typer.Option("--from-s", min=0, help="Where the picture begins; it shows ten minutes at most.")
    ] = 0.0,
) -> None:
    """Draw the turns of a conversation: who spoke, who waited, and why."""
    from appliance.service.timeline_file import draw_file

    draw_file(events, out, input_wav, output_wav, from_s)
    typer.echo(f"The picture is in {out}")


@app.command("set-key")
def set_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in api_key = credential:NAME.")],
    remove: Annotated[bool, typer.Option("--remove", help="Forget this key.")] = False,
) -> None:
    """Keep a key for the service, encrypted; it is read from the terminal or the standard input."""
    from appliance.service.set_key import set_key as keep_key

    typer.echo(keep_key(name, remove))


app.add_typer(control_verbs.app)
app.add_typer(care_verbs.app)
app.add_typer(tune_verb.app)


def _presses(spans: list[str]) -> "tuple[Press, ...]":
    """The spans of `--press`, in their order. Raises BadParameter for one that is none or overlaps."""
    from appliance.service.replay import Press

    presses = []
    for span in spans:
        found = _SPAN.fullmatch(span)
        if found is None or float(found[1]) >= float(found[2]):
            raise typer.BadParameter(
                f"{span!r} is not START-END in seconds, such as 1.5-4", param_hint="--press"
            )
        presses.append(Press(float(found[1]), float(found[2])))
    presses.sort(key=lambda press: press.start_s)
    for before, after in pairwise(presses):
        if after.start_s < before.end_s:
            raise typer.BadParameter(
                f"the button is pressed again at {after.start_s:g} s, before it comes up"
                f" at {before.end_s:g} s",
                param_hint="--press",
            )
    return tuple(presses)


def _echo(db: float | None, delay_ms: float | None, ir: Path | None) -> "EchoModel | None":
    """What `--echo-*` ask for; without any of them there is none. Raises BadParameter without a level."""
    from appliance.service.duplex.modelled_echo import EchoModel

    if db is None and (delay_ms is not None or ir is not None):
        raise typer.BadParameter("an echo needs its level, such as --echo-db -12", param_hint="--echo-db")
    return None if db is None else EchoModel(db, delay_ms or 0.0, ir)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"appliance {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _end(exit_code: int) -> NoReturn:
    raise typer.Exit(exit_code)


def _whereabouts(bug: Exception) -> str:
    """One line for a bug report: what, and where it was raised; no traceback, no values of variables."""
    frames = traceback.extract_tb(bug.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(bug).__name__}: {bug}{where}"


def _stop_at_once() -> None:
    """Until the daemon has handlers of its own there is nothing to close."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: os._exit(0))


def _stopped() -> NoReturn:
    print("appliance: stopped", file=sys.stderr)
    sys.exit(1)


def _tell(error: Exception) -> int:
    """A sentence on standard error for every failure; its exit code."""
    match error:
        case ConfigurationError(mistakes=mistakes):
            for mistake in mistakes:
                print(f"appliance: {mistake}", file=sys.stderr)
            return error.exit_code
        case ApplianceError():
            print(f"appliance: {error}", file=sys.stderr)
            return error.exit_code
        case bug:
            print(f"appliance: this is a fault of ours: {_whereabouts(bug)}", file=sys.stderr)
            return ApplianceError.exit_code


def _leave(error: Exception) -> NoReturn:
    """End the process at once: `run` waits for no thread that hangs."""
    os._exit(_tell(error))


def main(run_app: Callable[[], object] = app) -> NoReturn:
    """Run the verb of the command line; every failure becomes a sentence and an exit code."""
    # As Ctrl-C: files are closed and devices let go. `run` does better and has its own.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run_app()
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            _stopped()
        raise
    except Exception as error:  # noqa: BLE001  the one place where everything unforeseen ends
        sys.exit(_tell(error))
    sys.exit(0)
