"""Wake words: the bundled models and those of one's own, loaded, or refused in a sentence."""

import base64
import hashlib
import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from appliance.errors import ApplianceError
from appliance.hearing.wake_word.micro_wake_word import MicroWakeWord, cutoff_at

PACKAGE: Final = "pymicro-wakeword"
BUNDLED: Final = ("okay_nabu", "hey_jarvis", "hey_mycroft", "alexa")
# Python, numpy and the model on a Raspberry Pi Zero 2 with a cold card; here it takes 0.3 s.
TRIAL_TIMEOUT_S: Final = 20.0


class WakeWordError(ApplianceError):
    """The wake word cannot be heard; the text is half a sentence that says why."""


def load_wake_word(model: str, sensitivity: float) -> MicroWakeWord:
    """The detector of `model`: one of `BUNDLED`, or the path of a model of one's own, a microWakeWord
    `.tflite` with its `.json` beside it. `sensitivity` is 0…1 without the ends; 0.5 is as its maker meant it.

    Takes half a second, in which the model is run in a process of its own, for a damaged one crashes the
    process that it is in. Raises WakeWordError.
    """
    try:
        path = _bundled(model) if model in BUNDLED else Path(model).with_suffix(".json")
        _check(path)
        _try(path)
        return _load(model if model in BUNDLED else path.stem, path, sensitivity)
    except WakeWordError as error:
        raise WakeWordError(f"The wake word {model} cannot be heard: {error}") from error


def _load(name: str, path: Path, sensitivity: float) -> MicroWakeWord:
    try:
        import pymicro_wakeword as micro

        model = micro.MicroWakeWord.from_config(path)
        return MicroWakeWord(name, model, micro.MicroWakeWordFeatures(), cutoff_at(sensitivity))
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise WakeWordError(f"{PACKAGE} does not load on this machine: {error}") from error


def _bundled(name: str) -> Path:
    """Where the model is, of which every byte is as it was shipped."""
    try:
        shipped = metadata.files(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise WakeWordError(f"{PACKAGE} is not installed") from error
    names = {f"{name}.json", f"{name}.tflite"}
    files = [file for file in shipped or () if file.name in names and file.parent.name == "models"]
    if len(files) != len(names):
        raise WakeWordError(f"{PACKAGE} has no such model")
    for file in files:
        path = Path(str(file.locate()))
        try:
            digest = hashlib.sha256(path.read_bytes()).digest()
        except OSError as error:
            raise WakeWordError(f"{path} cannot be read: {error.strerror}") from error
        told = None if file.hash is None else file.hash.value
        if told is not None and base64.urlsafe_b64encode(digest).decode().rstrip("=") != told:
            raise WakeWordError(f"the file {path} is damaged")
    return next(Path(str(file.locate())) for file in files if file.suffix == ".json")


def _check(path: Path) -> None:
    """Raises WakeWordError where the description does not say what a model needs."""
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        micro = told["micro"]
        cutoff, windows = micro["probability_cutoff"], micro["sliding_window_size"]
        model = path.parent / str(told["model"])
        right = 0 < float(cutoff) < 1 and 1 <= int(windows) <= 100 and str(told["wake_word"]).strip()
    except OSError as error:
        raise WakeWordError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WakeWordError(f"{path} is no description of a microWakeWord model") from error
    if not right:
        raise WakeWordError(f"{path} has a cutoff, a window or a wake_word that cannot be")
    if not model.is_file():
        raise WakeWordError(f"{model} is missing, which {path.name} names")


def _try(path: Path) -> None:
    """Raises WakeWordError where the model cannot be run."""
    command = [sys.executable, "-m", "appliance.hearing.wake_word.wake_word_trial", str(path)]
    try:
        trial = subprocess.run(command, capture_output=True, timeout=TRIAL_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise WakeWordError(f"its model takes longer than {TRIAL_TIMEOUT_S:g} s to load") from error
    except OSError as error:
        raise WakeWordError(f"its model cannot be tried: {error.strerror}") from error
    if trial.returncode < 0:
        raise WakeWordError("its model is damaged, or not for this machine")
    if trial.returncode:
        lines = trial.stderr.decode(errors="replace").strip().splitlines()
        raise WakeWordError(f"its model does not run: {lines[-1] if lines else 'nobody knows why'}")
