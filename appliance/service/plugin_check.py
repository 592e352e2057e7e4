"""Whether all that the owner names as `package:NAME` can be used."""

from appliance.errors import ConfigurationError
from appliance.service.detectors import load_detector
from appliance.service.strategy_choice import load_strategy
from appliance.settings import Settings


def check_plugins(settings: Settings) -> None:
    """Raises ConfigurationError with a line for each that `run` would refuse; the owner's code is run."""
    mistakes: list[str] = []
    try:
        load_strategy(settings.interruption.strategy, resume=settings.interruption.resume)
    except ConfigurationError as error:
        mistakes += error.mistakes
    try:
        if ":" in settings.hearing.detector:  # what comes with the appliance is no mistake of the owner
            load_detector(settings.hearing.detector, mistakes.append)
    except ConfigurationError as error:
        mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(mistakes)
