"""Why somebody cannot be reached has a name: the network, its names, the clock, or the other side."""

import errno
import socket
import ssl
from pathlib import Path

import pytest

from appliance.errors import Cause, FailureCategory
from appliance.providers.causes import cause_of, clock_is_set, unreachable

NOT_YET_VALID, EXPIRED, SELF_SIGNED = 9, 10, 18


def certificate(verify_code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = verify_code
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Cause.NETWORK_DOWN),
        (OSError(errno.ENETDOWN, "Network is down"), Cause.NETWORK_DOWN),
        (OSError(errno.EHOSTUNREACH, "No route to host"), Cause.HOST_UNREACHABLE),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), Cause.REFUSED),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Cause.NAME_SERVER_DOWN),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Cause.NAME_UNKNOWN),
        (socket.gaierror(socket.EAI_FAMILY, "no such family"), None),
        (ConnectionResetError(errno.ECONNRESET, "reset"), None),
        (OSError("Multiple exceptions: [Errno 101] Connect call failed ('::1', 443),"
                 " [Errno 111] Connect call failed ('127.0.0.1', 443)"), Cause.REFUSED),
        (OSError("Multiple exceptions: [Errno 101] one, [Errno 101] other"), Cause.NETWORK_DOWN),
        (ValueError("nothing of the kind"), None),
    ],
)  # fmt: skip
def test_what_the_system_raises_has_a_name(error: Exception, cause: Cause | None) -> None:
    assert cause_of(error, clock_is_set=True) is cause


@pytest.mark.parametrize(
    ("verify_code", "is_set", "cause"),
    [
        (NOT_YET_VALID, None, Cause.CLOCK_NOT_SET),
        (NOT_YET_VALID, False, Cause.CLOCK_NOT_SET),
        (NOT_YET_VALID, True, Cause.CERTIFICATE_INVALID),
        (EXPIRED, False, Cause.CLOCK_NOT_SET),
        (EXPIRED, None, Cause.CERTIFICATE_INVALID),
        (EXPIRED, True, Cause.CERTIFICATE_INVALID),
        (SELF_SIGNED, False, Cause.CERTIFICATE_INVALID),
    ],
)
def test_a_certificate_from_another_time_is_the_clocks_fault_where_that_was_not_set(
    verify_code: int, is_set: bool | None, cause: Cause
) -> None:
    assert cause_of(certificate(verify_code), clock_is_set=is_set) is cause


def test_it_is_found_wherever_a_library_has_wrapped_it() -> None:
    wrapped = RuntimeError("All connection attempts failed")
    wrapped.__cause__ = ExceptionGroup("many", [OSError(errno.ENETUNREACH, "unreachable")])
    outer = RuntimeError("cannot connect")
    outer.__context__ = wrapped
    wrapped.__cause__.__context__ = outer  # and going round in circles does no harm
    assert cause_of(outer, clock_is_set=None) is Cause.NETWORK_DOWN


def test_the_owner_is_told_in_words_and_in_those_of_the_system() -> None:
    failure = unreachable("api.openai.com", socket.gaierror(socket.EAI_AGAIN, "Temporary failure"))
    assert failure.category is FailureCategory.CONNECTION_FAILED
    assert failure.cause is Cause.NAME_SERVER_DOWN
    assert str(failure).startswith("api.openai.com cannot be reached: no name server answers ([Errno")


def test_a_clock_that_no_server_has_set_yet_is_known(tmp_path: Path) -> None:
    timesync = tmp_path / "timesync"
    assert clock_is_set(timesync) is None
    timesync.mkdir()
    assert clock_is_set(timesync) is False
    (timesync / "synchronized").touch()
    assert clock_is_set(timesync) is True
