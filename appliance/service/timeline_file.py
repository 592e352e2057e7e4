"""The picture of a conversation from its files."""

from pathlib import Path

from appliance.audio.wav import WavReader
from appliance.audio.wav_format import NoSoundError
from appliance.conversation.timeline import LevelProfile, draw, read_events, streamed_profile
from appliance.errors import InputFileError
from appliance.service.named_files import refuse_one_for_two, refuse_pipe
from appliance.service.picture import to_png


def draw_file(
    events_path: Path,
    out_path: Path,
    input_wav: Path | None = None,
    output_wav: Path | None = None,
    from_s: float = 0.0,
) -> None:
    """Draw the event log `events_path` into `out_path`: an SVG or a PNG, as its name ends.

    The WAVs are what the microphone heard and what the loudspeaker played. The picture begins at
    `from_s` seconds of the stream and shows ten minutes at most. InputFileError says in one sentence
    which file cannot be used, and why.
    """
    kind = out_path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise InputFileError(
            f"The picture {out_path} can be an SVG or a PNG: its name must end in .svg or .png."
        )
    named = {"EVENTS.jsonl": events_path, "--in-wav": input_wav, "--out-wav": output_wav}
    for use, path in named.items():
        if path is not None:
            refuse_one_for_two({use: path, "the picture": out_path})
    try:
        with events_path.open(encoding="utf-8") as lines:
            events = read_events(lines)
    except OSError as error:
        raise InputFileError(f"The event log {events_path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputFileError(f"{events_path} is no text, so it is no event log.") from error
    except InputFileError as error:
        raise InputFileError(f"{events_path}: {error}") from error
    if not events:
        raise InputFileError(f"{events_path} has no event in it, so there is nothing to draw.")
    svg = draw(events, _profile(input_wav), _profile(output_wav), from_s * 1000)
    picture = to_png(svg) if kind == ".png" else svg.encode()
    try:
        out_path.write_bytes(picture)
    except OSError as error:
        raise InputFileError(f"The picture {out_path} cannot be written: {error.strerror}.") from error


def _profile(path: Path | None) -> LevelProfile | None:
    if path is None:
        return None
    refuse_pipe(path)
    try:
        with WavReader(path) as recording:
            return streamed_profile(recording.read, recording.rate_hz)
    except NoSoundError:  # what is left of a stream that ended as it began
        return None
