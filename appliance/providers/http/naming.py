"""What the HTTP library raises, by the names of `FailureCategory`."""

from collections.abc import Callable

from appliance.errors import FailureCategory, ProviderError
from appliance.providers.causes import MAX_CHARACTERS, unreachable


class NamingFailures:
    """A context in which what the library raises becomes a `ProviderError` that speaks of `host`."""

    def __init__(self, host: str, redacted: Callable[[str], str]) -> None:
        """`redacted` takes the key out of a text."""
        self._host = host
        self._redacted = redacted

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import httpx2

        if not isinstance(error, httpx2.HTTPError | httpx2.InvalidURL | httpx2.StreamError):
            return
        if isinstance(error, httpx2.TimeoutException):
            category, words = FailureCategory.TIMED_OUT, "did not answer in time"
        elif isinstance(error, httpx2.RemoteProtocolError | httpx2.ReadError | httpx2.WriteError):
            category, words = FailureCategory.SESSION_CLOSED, "broke the connection off"
        else:
            failure = unreachable(self._host, error)
            raise ProviderError(
                failure.category, self._redacted(str(failure)), cause=failure.cause
            ) from error
        line = " ".join(str(error).split())[:MAX_CHARACTERS] or type(error).__name__
        raise ProviderError(category, self._redacted(f"{self._host} {words}: {line}")) from error
