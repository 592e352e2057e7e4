"""Which speech detector hears: the one that the settings name, or the one that can always be had."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from appliance.errors import ConfigurationError, FailureCategory
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.speech.edges import BLOCKS_PER_WINDOW
from appliance.hearing.speech.energy import EnergyDetector
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.service.event_log import EventLog
from appliance.service.plugins import load_plugin, plugin_failed, plugin_mistake

KEY = "hearing.detector"
# A second of sound: nobody waits longer for the first sign that somebody speaks.
MAX_WINDOW_SAMPLES = 16_000


def load_detector(name: str, warn: Callable[[str], None]) -> SpeechDetector:
    """The detector that `name` (`silero`, `energy` or `package:Class`) stands for, ready to hear.

    Where Silero cannot be loaded it is the energy detector, and `warn` is told in a sentence. Raises
    ConfigurationError where `package:Class` cannot be imported, made or used; its code is run. Takes
    a third of a second for Silero: call it outside of the event loop.
    """
    if name == "energy":
        return EnergyDetector()
    if name == "silero":
        return _silero(warn)
    return _of_owner(name)


def report_warning(log: EventLog, warning: str) -> None:
    """Tell the owner on standard error and in the event log that another detector hears."""
    print(f"appliance: {warning}", file=sys.stderr, flush=True)
    log.write(0, "error", category=FailureCategory.MODEL_UNAVAILABLE, message=warning)


def _silero(warn: Callable[[str], None]) -> SpeechDetector:
    from appliance.hearing.speech.silero import DetectorError, SileroDetector

    try:
        return QuietGate(SileroDetector())
    except DetectorError as error:
        warn(
            f"{error}. The energy detector hears in its place, which takes music and other sounds with"
            " a pitch for speech; install the appliance again to have Silero back"
        )
        return EnergyDetector()


def _of_owner(name: str) -> SpeechDetector:
    """The owner's own class, tried once with silence."""
    found = load_plugin(KEY, name)
    if not callable(found):
        raise _mistake(name, "it is no class")
    try:
        detector = found()
        _try(name, detector)
    except ConfigurationError:
        raise
    except (Exception, SystemExit) as error:  # not our code: whatever it raises, this key brought it in
        raise plugin_failed(KEY, name, error) from error
    return detector  # type: ignore[no-any-return]  # tried, not typed


def _try(name: str, detector: Any) -> None:
    """Raises ConfigurationError where the detector does not do what a detector does."""
    window_samples = getattr(detector, "window_samples", None)
    if (
        not isinstance(window_samples, int)
        or not 0 < window_samples <= MAX_WINDOW_SAMPLES
        or window_samples % BLOCKS_PER_WINDOW
    ):
        raise _mistake(
            name,
            f"its window_samples is {window_samples!r}, allowed is a multiple of {BLOCKS_PER_WINDOW}"
            f" up to {MAX_WINDOW_SAMPLES}",
        )
    for method in ("probability", "reset"):
        if not callable(getattr(detector, method, None)):
            raise _mistake(name, f"it has no method {method}")
    probability = detector.probability(np.zeros(window_samples, dtype=np.int16))
    if not isinstance(probability, float | int) or not 0 <= probability <= 1:
        raise _mistake(name, f"its probability of silence is {probability!r}, allowed is 0…1")
    detector.reset()


def _mistake(name: str, why: str) -> ConfigurationError:
    return plugin_mistake(KEY, name, why)
