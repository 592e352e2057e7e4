"""The main job without hardware, network or keys: a spoken question is answered aloud."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
from rich.console import Console
from rich.markup import escape

from appliance.audio.devices import open_loudspeaker
from appliance.audio.seam import SpeakerDevice, SpeakerOptions
from appliance.audio.wav import WavWriter
from appliance.errors import DeviceError, InputFileError
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from appliance.service.display import Display
from appliance.service.replay import ReplayOptions, run_replay
from appliance.service.timeline_file import draw_file
from appliance.settings import Settings

# Silence before the question, as in a room; the stream hears the room before it hears a person.
_LEAD_MS = 600.0


def run_live_demo(settings: Settings, leave: Callable[[Exception], NoReturn]) -> NoReturn:
    """The real microphone and loudspeaker, and every event on the terminal; `leave` as in `run_live`."""
    from appliance.service.live.live import run_live

    run_live(settings, leave, show=Display(Console(highlight=False)).show)


def run_demo(settings: Settings, folder: Path, question: str) -> int:
    """Ask `question` through a virtual microphone and leave sound, log and picture in `folder`.

    0 when it was answered. Raises ProviderError when there is no voice for the question.
    """
    console = Console(highlight=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputFileError(f"{folder} cannot be made: {error.strerror}") from error
    names = [provider.name for provider in settings.providers]
    console.print(f"Answers come from [bold]{names[0]}[/]" + _and_then(names[1:]) + ".")
    _speak(question, folder / "question.wav")
    console.print(f"A voice asks: “{escape(question)}”")
    loudspeaker = _find_loudspeaker(settings, console)
    options = ReplayOptions(folder / "question.wav", folder / "answer.wav", folder / "events.jsonl")
    exit_code = run_replay(settings, options, Display(console).show, loudspeaker)
    draw_file(options.events, folder / "timeline.svg", options.wav, options.out)
    console.print(_results(folder, answered=exit_code == 0))
    return exit_code


def _find_loudspeaker(settings: Settings, console: Console) -> SpeakerDevice | None:
    """The loudspeaker on which people can follow, if there is one."""
    try:
        found = open_loudspeaker(SpeakerOptions(settings.audio.output.device))
    except DeviceError:
        console.print("There is no loudspeaker here: what it says is to be heard in answer.wav.\n")
        return None
    console.print(f"You hear both on {escape(found.name)}.\n")
    return found


def _and_then(others: list[str]) -> str:
    return f"; should that fail, from {', then '.join(others)}" if others else ""


def _speak(question: str, path: Path) -> None:
    pcm = synthesize(question, QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, NEAR_RATE_HZ)
    with WavWriter(path, NEAR_RATE_HZ) as file:
        file.write(np.zeros(samples_of_ms(_LEAD_MS, NEAR_RATE_HZ), dtype=np.int16))
        file.write(pcm)


def _results(folder: Path, *, answered: bool) -> str:
    head = "\n[green]It was answered.[/]" if answered else "\n[red]It was not answered.[/]"
    return (
        f"{head} What it left in {folder}:\n"
        f"  answer.wav     what the loudspeaker played\n"
        f"  question.wav   what the microphone heard\n"
        f"  timeline.svg   who spoke, who waited, and why; open it in a browser\n"
        f"  events.jsonl   everything that happened, a line each"
    )
