"""Who gave an answer: one provider, or several one after the other. Pure."""


class Givers:
    """Of one answer, in their order. Bound: a chain gives an answer up after a few."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._gave_ms: list[float] = []

    def began(self, provider: str) -> None:
        """What is given from here on is this provider's."""
        self._names.append(provider)
        self._gave_ms.append(0.0)

    def gave(self, ms: float) -> None:
        """The next sound came."""
        if self._names:
            self._gave_ms[-1] += ms

    def is_last(self, provider: str) -> bool:
        """Whether `provider` began after all others."""
        return self._names[-1:] == [provider]

    def shares_ms(self, heard_ms: int) -> dict[str, int]:
        """Of `heard_ms` of the answer, from its beginning, what each of them gave, without who gave nothing
        of it. Who gave the last of it has what rounding leaves."""
        shares: dict[str, int] = {}
        left_ms, last_heard = heard_ms, ""
        for name, gave_ms in zip(self._names, self._gave_ms, strict=True):
            part_ms = min(round(gave_ms), left_ms)
            if part_ms > 0:
                shares[name] = shares.get(name, 0) + part_ms
                left_ms, last_heard = left_ms - part_ms, name
        if shares and left_ms:
            shares[last_heard] += left_ms
        return shares
