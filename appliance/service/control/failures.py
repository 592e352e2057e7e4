"""Why the control socket cannot be served or reached. Each text is a sentence with the way out."""

from appliance.errors import ApplianceError, Fault

GROUP = "voice-appliance"


class SocketUnusable(ApplianceError):
    """The control socket cannot be where it should be."""

    fault = Fault.OWNER
    exit_code = 69


class AlreadyRunning(SocketUnusable):
    """Another appliance listens on this control socket."""


class NotRunning(ApplianceError):
    """Nobody listens on the control socket."""

    fault = Fault.OWNER
    exit_code = 69


class NotAllowed(ApplianceError):
    """The caller may not use the control socket."""

    fault = Fault.OWNER
    exit_code = 1


class Unanswered(ApplianceError):
    """The appliance took the request and did not answer it whole and in time."""

    exit_code = 1
