"""`appliance tune` from its options to what stands in the terminal."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from appliance.errors import ProviderError
from appliance.hearing.shipped_model import ModelError
from appliance.hearing.turns.smart_turn import SmartTurn
from appliance.service.detectors import load_detector
from appliance.service.tune.choice import keys_of
from appliance.service.tune.display import LEGEND, as_json, table_of
from appliance.service.tune.hearing_once import Reader
from appliance.service.tune.picture import write_picture
from appliance.service.tune.profile_file import place_of, profile_text, write_profile
from appliance.service.tune.prompter import Prompter
from appliance.service.tune.recorder import record, refuse_taken
from appliance.service.tune.script import SCRIPT
from appliance.service.tune.tuning import Tuned, tune
from appliance.service.tune.words import how_sure, what_was_heard
from appliance.settings import Settings


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """What the verb was given."""

    recordings: tuple[Path, ...]
    noises: tuple[Path, ...]
    recording: Path | None  # where what is recorded goes, where `recordings` is empty
    socket: Path
    apart_ms: float
    name: str
    picture: Path | None
    dry_run: bool
    as_json: bool


def run_tune(settings: Settings, options: TuneOptions) -> None:
    """Record where nothing is given, tune, show it, and write the profile.

    Raises InputFileError, DeviceError, MicrophoneTaken.
    """
    out, err = Console(highlight=False), Console(stderr=True, highlight=False)
    place = place_of(options.name)
    recordings = options.recordings or (_record(settings.audio.input.device, options, err),)
    detector = load_detector(settings.hearing.detector, lambda warning: err.print(f"appliance: {warning}"))
    status = err.status("…") if err.is_terminal else nullcontext()
    with status as shown:
        tuned = tune(
            recordings,
            options.noises,
            settings,
            detector,
            _model(err),
            _reader(err),
            options.apart_ms,
            (lambda what: None) if shown is None else (lambda what: shown.update(f"{what} …")),
        )
    sure = list(how_sure(tuned.truths, tuned.choice.score, options.apart_ms))
    if options.picture is not None:
        write_picture(tuned, options.picture)
    written = None if options.dry_run else _write(tuned, place)
    if options.as_json:
        profile = None if written is None else str(written)
        out.print(as_json(tuned, profile, sure), soft_wrap=True, markup=False)
        return
    _show(out, tuned, sure)
    if written is not None:
        _tell_where(out, written, place)


def _model(console: Console) -> SmartTurn | None:
    try:
        return SmartTurn()
    except ModelError as error:
        console.print(f"appliance: {error}; so it is tried with silence only", markup=False)
        return None


def _reader(console: Console) -> Reader | None:
    """The offline recognizer, which is large: only here."""
    from appliance.providers.offline.recognizer import Recognizer

    try:
        return Recognizer()
    except ProviderError as error:
        console.print(f"appliance: {error}; so nobody reads what was said", markup=False)
        return None


def _record(microphone: str, options: TuneOptions, console: Console) -> Path:
    refuse_taken(options.socket)
    path = options.recording or Path(f"appliance-tune-{datetime.now():%Y%m%d-%H%M%S}.wav")
    with Prompter(console, SCRIPT) as prompter:
        record(microphone, SCRIPT, path, prompter.show)
    console.print(f"\nThe recording stays in {path}, until you delete it.\n", markup=False, soft_wrap=True)
    return path


def _show(out: Console, tuned: Tuned, sure: Sequence[str]) -> None:
    out.print(what_was_heard(tuned.truths))
    out.print(table_of(tuned))
    out.print(LEGEND, style="dim")
    out.print()
    for reason in tuned.choice.reasons:
        out.print(f"→ {reason}", markup=False)
    for sentence in sure:
        out.print(sentence, markup=False)


def _write(tuned: Tuned, place: Path) -> Path | None:
    if tuned.choice.candidate == tuned.yours:
        return None
    comments = [what_was_heard(tuned.truths), *tuned.choice.reasons]
    return write_profile(place, profile_text(keys_of(tuned.choice.candidate), comments))


def _tell_where(out: Console, written: Path, place: Path) -> None:
    out.print(f"\nThe profile is in {written}.", markup=False, soft_wrap=True)
    if written != place:
        out.print(f"{place} was changed by hand and stays as it is.", markup=False, soft_wrap=True)
    elif place.is_absolute():
        out.print(
            f'To use it: profile = "{place.stem}" at the top of {place.parent.parent / "config.toml"}, then'
            " `sudo systemctl reload voice-appliance`.",
            markup=False,
            soft_wrap=True,
        )
    else:
        out.print(
            f"To use it: `sudo install -D -m 644 {written} /etc/voice-appliance/profiles/{place.name}`, and"
            f' profile = "{place.stem}" at the top of /etc/voice-appliance/config.toml.',
            markup=False,
            soft_wrap=True,
        )
