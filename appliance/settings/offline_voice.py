"""The voice of an offline provider: what the setting means, and what it needs that is not there."""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PIPER = "piper"
# Where `scripts/fetch_models.py --piper` puts the model: it belongs to the environment, not to the package.
PIPER_MODEL = Path(sys.prefix) / "share" / "voice-appliance" / "piper" / "en_US-joe-medium.onnx"
HOW_TO_INSTALL = "run `./install.sh demo --piper` in the clone"


def piper_model(voice: str) -> Path | None:
    """The .onnx file that `piper` or `piper:FILE.onnx` means; None for a voice of espeak-ng."""
    kind, colon, file = voice.partition(":")
    if kind != PIPER:
        return None
    return Path(file) if colon else PIPER_MODEL


def what_is_missing(voice: str) -> str:
    """A sentence on what `voice` needs that is not installed, and what to do; "" where nothing is."""
    model = piper_model(voice)
    if model is None:
        return ""
    try:
        version("piper-tts")
    except PackageNotFoundError:
        return f"Piper is not installed, so espeak-ng speaks; {HOW_TO_INSTALL}"
    for file in (model, Path(f"{model}.json")):
        if not file.is_file():
            remedy = (
                HOW_TO_INSTALL if model == PIPER_MODEL else "a Piper voice is FILE.onnx and FILE.onnx.json"
            )
            return f"{file} is missing, so espeak-ng speaks; {remedy}"
    return ""
