"""The echo canceller as a whole."""

from appliance.hearing.echo.aec3 import Aec3
from appliance.hearing.echo.canceller import EchoCanceller
from appliance.hearing.echo.delay_follower import DelayFollower
from appliance.hearing.echo.twofold import TwofoldCanceller


def echo_canceller() -> EchoCanceller:
    """A new one. Raises CancellerError with one sentence where AEC3 cannot be loaded."""
    return DelayFollower(TwofoldCanceller(Aec3()))
