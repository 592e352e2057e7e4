"""Why somebody could not be reached, by what the libraries raise, and how that is said to the owner."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from appliance.errors import Cause, FailureCategory, ProviderError

# An exception in one short line.
MAX_CHARACTERS: Final = 200

WORDS: Final[Mapping[Cause, str]] = {
    Cause.NETWORK_DOWN: "there is no network",
    Cause.NAME_SERVER_DOWN: "no name server answers",
    Cause.NAME_UNKNOWN: "there is no machine of that name",
    Cause.HOST_UNREACHABLE: "nobody is there",
    Cause.REFUSED: "nothing listens there",
    Cause.CLOCK_NOT_SET: "this machine's clock is wrong, so that certificates cannot be checked",
    Cause.CERTIFICATE_INVALID: "its certificate is not to be trusted",
}

_OF_ERRNO: Final[Mapping[int, Cause]] = {
    errno.ENETUNREACH: Cause.NETWORK_DOWN,
    errno.ENETDOWN: Cause.NETWORK_DOWN,
    errno.EADDRNOTAVAIL: Cause.NETWORK_DOWN,  # an address of this machine that was taken away
    errno.EHOSTUNREACH: Cause.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Cause.HOST_UNREACHABLE,
    errno.ECONNREFUSED: Cause.REFUSED,
}
_OF_LOOK_UP: Final[Mapping[int, Cause]] = {
    socket.EAI_AGAIN: Cause.NAME_SERVER_DOWN,
    socket.EAI_FAIL: Cause.NAME_SERVER_DOWN,
    socket.EAI_SYSTEM: Cause.NAME_SERVER_DOWN,
    socket.EAI_NONAME: Cause.NAME_UNKNOWN,
    socket.EAI_NODATA: Cause.NAME_UNKNOWN,
}
# Of OpenSSL (x509_vfy.h): the certificate begins to be good after what we take for now, or ended before it.
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
# Where several addresses were tried, asyncio puts their errors into one text.
_ERRNO: Final = re.compile(r"\[Errno (\d+)\]")
# Of several causes the one that says most: who refuses is there, and where one address has no way to it,
# another one may.
_TELLING: Final = (Cause.REFUSED, Cause.HOST_UNREACHABLE, Cause.NETWORK_DOWN)


def cause_of(error: BaseException, *, clock_is_set: bool | None) -> Cause | None:
    """Why nobody was reached, by `error` and what caused it; None: it does not say.

    `clock_is_set`: the time was set by a server since the machine was started; None where nobody knows.
    """
    for one in _chain(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return _of_certificate(one.verify_code, clock_is_set)
        if isinstance(one, socket.gaierror):
            return _OF_LOOK_UP.get(one.errno or 0)
        if isinstance(one, OSError) and (cause := _of_os(one)) is not None:
            return cause
    return None


def unreachable(
    subject: str, error: BaseException, category: FailureCategory = FailureCategory.CONNECTION_FAILED
) -> ProviderError:
    """The failure to reach `subject` for `error`, named as far as it can be."""
    cause = cause_of(error, clock_is_set=clock_is_set())
    line = " ".join(str(error).split())[:MAX_CHARACTERS] or type(error).__name__
    words = line if cause is None else f"{WORDS[cause]} ({line})"
    return ProviderError(category, f"{subject} cannot be reached: {words}", cause=cause)


def clock_is_set(timesync: Path = Path("/run/systemd/timesync")) -> bool | None:
    """Whether a time server has set the clock since the start, as systemd-timesyncd tells; None: it does not
    run, and nobody knows."""
    if (timesync / "synchronized").exists():
        return True
    return False if timesync.is_dir() else None


def _of_certificate(verify_code: int, clock_is_set: bool | None) -> Cause:
    """A certificate from the future means that our clock is behind, unless that was set; one that is over is
    the server's fault, unless it was not."""
    if verify_code == _NOT_YET_VALID and clock_is_set is not True:
        return Cause.CLOCK_NOT_SET
    if verify_code == _EXPIRED and clock_is_set is False:
        return Cause.CLOCK_NOT_SET
    return Cause.CERTIFICATE_INVALID


def _of_os(error: OSError) -> Cause | None:
    numbers = [error.errno] if error.errno else [int(number) for number in _ERRNO.findall(str(error))]
    found = {_OF_ERRNO.get(number) for number in numbers}
    return next((cause for cause in _TELLING if cause in found), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error`, what it was raised from, and what those were that it stands for; each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.extend(before for before in (one.__cause__, one.__context__) if before is not None)
