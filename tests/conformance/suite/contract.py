"""What a contract is, and what may come of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum

from appliance.conversation.vocabulary import Capabilities
from tests.conformance.suite.plan import Plan
from tests.conformance.suite.scene import Scene

Keep = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Contract:
    """A promise. `keep` fails (`AssertionError`) where it is broken.

    With a `flag`, a capability, it is kept by who declares that; of the others `without` is true: it is
    refused, or does no harm, as documented.
    """

    name: str
    promise: str
    keep: Keep
    plan: Plan = field(default_factory=Plan)
    flag: Callable[[Capabilities], bool] | None = None
    without: Keep | None = None


class Verdict(Enum):
    """What came of one contract with one provider."""

    YES = "yes"
    NO = "no"
    IMPOSSIBLE = "impossible"
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Outcome:
    """`why`: how it was broken."""

    verdict: Verdict
    why: str = ""
