"""How a session with a provider is opened, whoever needs it and for what."""

from collections.abc import Callable, Sequence

from appliance.conversation.vocabulary import HistoryItem, LinkState, ProviderEvent, SessionConfig
from appliance.providers.asking import Asking
from appliance.providers.held_session import Closings, HeldSession, Provider
from appliance.providers.standing import Standing
from appliance.providers.tenure import Tenure

History = Callable[[int | None], tuple[HistoryItem, ...]]
Hear = Callable[[HeldSession, ProviderEvent], None]


class Opening:
    """Makes sessions and starts them, in this order, so that whoever holds one hears of it from its first
    event on. `config` is that of every session made from here on."""

    def __init__(
        self,
        providers: Sequence[Provider],
        config: SessionConfig,
        history: History,
        said: Callable[[int], str],
        asking: Asking,
        standing: Standing,
        closings: Closings,
        hear: Hear,
    ) -> None:
        """`history` and `said` as for `Chain`; `hear(held, event)` is told whatever a session says."""
        self.config = config
        self._providers = providers
        self._history = history
        self._said = said
        self._asking = asking
        self._standing = standing
        self._closings = closings
        self._hear = hear

    def make(self, index: int) -> HeldSession:
        """A session with the provider of this index, which knows nothing of the turn that is kept."""
        return HeldSession(
            index, self._providers[index], self.config, self._asking.turn, self._said, Tenure()
        )

    def start(self, held: HeldSession, *, background: bool = False) -> None:
        """Open it, with what was said before the turn that is kept; those before it with its provider are
        closed first. `background`: nobody waits for it."""
        turn = self._asking.turn
        self._asking.link(held.name, LinkState.CONNECTING, background=background)
        history = self._history(turn.first if turn.owed else None)
        if turn.question is not None and held.told.needs_question_as_history(turn):
            history += (HistoryItem("user", turn.question.text),)
        held.start(
            history,
            self._standing.stands_in(held.index),
            lambda event: self._hear(held, event),
            self._closings.under_way(held.index),
        )
