"""The ways to hear that are shown beside one another: what is configured, and every profile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from appliance.service.tune.choice import Candidate
from appliance.service.turn_options import turn_options
from appliance.settings import Settings, load_settings
from appliance.settings.profiles import known_profiles

YOURS: Final = "yours"
_NO_FILE: Final = Path("/nonexistent/config.toml")


def yours(settings: Settings, *, model: bool) -> Candidate:
    """What is in force; without a `model` it is silence that ends turns."""
    candidate = _candidate(YOURS, settings)
    return candidate if model else replace(candidate, options=replace(candidate.options, asks_model=False))


def profiles() -> Iterator[Candidate]:
    """The built-in settings and the profiles that come with the program, those that hear alike once."""
    seen: list[Candidate] = []
    for name in ("", *known_profiles([])):
        settings = load_settings((), [f"profile={name}"], {}, _NO_FILE).settings
        candidate = _candidate(name or "built-in", settings)
        if not any((candidate.options, candidate.prefix_ms) == (one.options, one.prefix_ms) for one in seen):
            seen.append(candidate)
            yield candidate


def _candidate(name: str, settings: Settings) -> Candidate:
    # What learns is tried as it is before it has learnt: else a recording would be judged by itself.
    options = replace(turn_options(settings), learns_pauses=False)
    return Candidate(name, options, settings.hearing.prefix_padding_ms)
