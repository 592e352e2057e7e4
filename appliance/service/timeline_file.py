"""The picture of a conversation from its files."""

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np

from appliance.conversation.timeline import LevelProfile, draw, level_profile, read_events
from appliance.errors import InputFileError

# Larger than on the screen, so that the small print can be read on paper.
_PNG_ZOOM = 1.5
# The largest picture (ten minutes of talk) took 2.5 s on a server's core; a small board may need ten
# times that.
_PNG_TIMEOUT_S = 60.0


def draw_file(
    events_path: Path, out_path: Path, input_wav: Path | None = None, output_wav: Path | None = None
) -> None:
    """Draw the event log `events_path` into `out_path`: a PNG where it is named so, else an SVG.

    A PNG is made by the program rsvg-convert, which need not be installed for the rest. The WAVs
    (16 bit; of several channels the first) are what the microphone heard and what the loudspeaker
    played. InputFileError says in one sentence which file cannot be used, and why.
    """
    try:
        with events_path.open(encoding="utf-8") as lines:
            events = read_events(lines)
    except OSError as error:
        raise InputFileError(f"The event log {events_path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputFileError(f"{events_path} is no text, so it is no event log.") from error
    except InputFileError as error:
        raise InputFileError(f"{events_path}: {error}") from error
    picture = draw(events, _profile(input_wav), _profile(output_wav)).encode()
    if out_path.suffix.lower() == ".png":
        picture = _png(picture)
    try:
        out_path.write_bytes(picture)
    except OSError as error:
        raise InputFileError(f"The picture {out_path} cannot be written: {error.strerror}.") from error


def _png(svg: bytes) -> bytes:
    program = shutil.which("rsvg-convert")
    if program is None:
        raise InputFileError(
            "A PNG needs the program rsvg-convert (package librsvg2-bin); an SVG needs nothing."
        )
    try:
        command = [program, "--zoom", str(_PNG_ZOOM)]
        return subprocess.run(
            command, input=svg, capture_output=True, check=True, timeout=_PNG_TIMEOUT_S
        ).stdout
    except (subprocess.SubprocessError, OSError) as error:
        raise InputFileError(f"rsvg-convert made no PNG ({error}); an SVG does not need it.") from error


def _profile(path: Path | None) -> LevelProfile | None:
    if path is None:
        return None
    try:
        with wave.open(str(path), "rb") as recording:
            if recording.getsampwidth() != 2:
                raise InputFileError(f"{path} has {8 * recording.getsampwidth()} bits a sample, not 16.")
            channels, rate_hz = recording.getnchannels(), recording.getframerate()
            frames = recording.readframes(recording.getnframes())
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {error.strerror}.") from error
    except (wave.Error, EOFError) as error:
        raise InputFileError(f"{path} is no WAV file that can be read.") from error
    whole = len(frames) - len(frames) % (2 * channels)
    return level_profile(np.frombuffer(frames[:whole], "<i2")[::channels], rate_hz)
