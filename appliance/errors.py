"""Whose fault it was: every failure has a name, a culprit and an exit code.

Exit codes (public contract): 1 it did not work out, 69 a device or service is unavailable,
70 our own fault, 78 configuration.
"""

from enum import StrEnum


class Fault(StrEnum):
    """Who has to act when something fails."""

    OURS = "ours"
    PEER = "peer"
    DEVICE = "device"
    OWNER = "owner"


class ApplianceError(Exception):
    """Base of every failure with a name. Its text is one sentence that a person can act on."""

    fault: Fault = Fault.OURS
    exit_code: int = 70


class ConfigurationError(ApplianceError):
    """The owner's configuration is wrong; `mistakes` has one line for each mistake."""

    fault = Fault.OWNER
    exit_code = 78

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class InputFileError(ApplianceError):
    """A file that the owner named cannot be used."""

    fault = Fault.OWNER
    exit_code = 1


class DeviceError(ApplianceError):
    """A microphone or loudspeaker cannot be opened, or was lost."""

    fault = Fault.DEVICE
    exit_code = 69


class DeviceBusyError(DeviceError):
    """Another program has it; the text names the program where the kernel does."""


class FailureCategory(StrEnum):
    """Why a provider does not answer (public contract: event log, status)."""

    SESSION_CLOSED = "session_closed"
    CONNECTION_FAILED = "connection_failed"
    AUTH_FAILED = "auth_failed"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXHAUSTED = "quota_exhausted"
    MODEL_UNAVAILABLE = "model_unavailable"
    TIMED_OUT = "timed_out"
    PROTOCOL_VIOLATION = "protocol_violation"


class Cause(StrEnum):
    """Why a provider could not be reached, where that is known (public contract: event log, `cause`)."""

    NETWORK_DOWN = "network_down"  # there is no way out of this machine
    NAME_SERVER_DOWN = "name_server_down"  # nobody tells addresses
    NAME_UNKNOWN = "name_unknown"  # the name server says that there is no such name
    HOST_UNREACHABLE = "host_unreachable"  # there is a way, and nobody at its end
    REFUSED = "refused"  # the machine is there, and nothing listens on it
    CLOCK_NOT_SET = "clock_not_set"  # certificates seem to be from another time
    CERTIFICATE_INVALID = "certificate_invalid"  # and our clock is not why


class ProviderError(ApplianceError):
    """A provider cannot be used now. `retry_after_s` is the peer's own wish, if it told one."""

    fault = Fault.PEER
    exit_code = 69

    def __init__(
        self,
        category: FailureCategory,
        message: str,
        retry_after_s: float | None = None,
        cause: Cause | None = None,
    ) -> None:
        super().__init__(message)
        self.category = category
        self.retry_after_s = retry_after_s
        self.cause = cause


class ProtocolViolation(ProviderError):
    """The peer sent something that its protocol does not allow."""

    def __init__(self, message: str) -> None:
        super().__init__(FailureCategory.PROTOCOL_VIOLATION, message)
