"""When a changed configuration is applied: at the next quiet moment (docs/decisions/0026).

What is wrong with it is told at once, and the old one stays.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Final

from appliance.errors import ApplianceError, ConfigurationError
from appliance.service.notify import Notifier

# So long nothing may go on. It is longer than what the next program hears again of the sound before it, and
# than a person's pause between two sentences.
QUIET_S: Final = 1.5

# Longer than the longest answer with its question. Where a radio keeps it busy for longer, somebody has to
# know that nothing was applied.
GIVE_UP_S: Final = 600.0

_LOOK_EVERY_S: Final = 0.1

# The service manager gives a reload as long as a start, a minute; while the moment is awaited it is asked for
# so much more, so often, for it would call the reload failed and apply it all the same.
LONGER_S: Final = 15.0
_ASK_EVERY_S: Final = 1.0

TOO_BUSY: Final = (
    f"for {GIVE_UP_S / 60:.0f} minutes there was no moment in which nobody spoke, so the old settings stay:"
    " reload again when it is quiet, or restart it"
)


class Moment(Enum):
    """Whether it is the moment."""

    NOT_YET = auto()
    NOW = auto()
    NEVER = auto()


class QuietMoment:
    """Looks for a moment in which nothing goes on, for `QUIET_S`, within `GIVE_UP_S`."""

    def __init__(self, now_s: float) -> None:
        self._since_s = self._busy_s = now_s

    def look(self, now_s: float, *, resting: bool) -> Moment:
        """To be called several times a second."""
        if not resting:
            self._busy_s = now_s
        if now_s - self._busy_s >= QUIET_S:
            return Moment.NOW
        return Moment.NEVER if now_s - self._since_s >= GIVE_UP_S else Moment.NOT_YET


class Reload:
    """Belongs to the event loop."""

    def __init__(
        self, check: Callable[[], None], notifier: Notifier, tell_owner: Callable[[str], None]
    ) -> None:
        """`check` raises ConfigurationError where the changed configuration cannot be used; it blocks, and is
        called in a thread. `tell_owner` gets a sentence for each mistake."""
        self._check = check
        self._notifier = notifier
        self._tell_owner = tell_owner
        self._wished = asyncio.Event()
        self._askers: list[asyncio.Future[None]] = []  # at most one for each client of the control socket

    def wish(self) -> None:
        """Somebody wants the changed configuration applied, and does not wait for a word."""
        self._notifier.reloading()
        self._wished.set()

    async def ask(self) -> None:
        """As `wish`; returns once the changed configuration was found right. Raises what is wrong with it."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._askers.append(answer)
        self.wish()
        try:
            await answer
        finally:
            self._askers.remove(answer)

    async def moment(self, resting: Callable[[], bool], refuse: Callable[[str], None]) -> None:
        """Returns when a changed configuration is wanted, is right, and can be applied without harm.

        `resting()`: nothing goes on now. `refuse(why)` hears of a configuration that is not applied.
        """
        while True:
            await self._wished.wait()
            self._wished.clear()
            asked = list(self._askers)
            try:
                await asyncio.to_thread(self._check)
            except ApplianceError as error:
                mistakes = error.mistakes if isinstance(error, ConfigurationError) else [str(error)]
                self._refuse(mistakes, refuse)
                _answer(asked, error)
                continue
            _answer(asked, None)
            match await self._quiet(resting):
                case Moment.NOW:
                    return
                case Moment.NEVER:
                    self._refuse([TOO_BUSY], refuse)

    async def _quiet(self, resting: Callable[[], bool]) -> Moment:
        """NOT_YET: somebody wished anew meanwhile, so that it is to be checked anew."""
        loop = asyncio.get_running_loop()
        asked_s = -math.inf
        search = QuietMoment(loop.time())
        while not self._wished.is_set():
            now_s = loop.time()
            if (found := search.look(now_s, resting=resting())) is not Moment.NOT_YET:
                return found
            if now_s - asked_s >= _ASK_EVERY_S:
                asked_s = now_s
                self._notifier.starts_longer(LONGER_S)
            await asyncio.sleep(_LOOK_EVERY_S)
        return Moment.NOT_YET

    def _refuse(self, mistakes: list[str], refuse: Callable[[str], None]) -> None:
        for mistake in mistakes:
            self._tell_owner(mistake)
        self._tell_owner("the configuration was not applied: the old settings stay")
        refuse("; ".join(mistakes))
        self._notifier.ready_as_before()


def _answer(asked: Sequence["asyncio.Future[None]"], mistake: ApplianceError | None) -> None:
    """Let those who wait for it know; who went away is done already."""
    for answer in asked:
        if answer.done():
            continue
        if mistake is None:
            answer.set_result(None)
        else:
            answer.set_exception(mistake)
