"""Who is evaluated: everybody hears the same cases and says the same of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tests.listening.cases import Case
from tests.listening.scoring import Heard


class System(Protocol):
    """One way of listening."""

    @property
    def name(self) -> str:
        """For the table."""

    @property
    def version(self) -> str:
        """Changes whenever it may hear otherwise: results are kept by it."""

    def missing(self) -> str:
        """Why it cannot be run here, in words; "" where it can."""

    def hears(self, case: Case) -> bool:
        """Whether the case says anything about it."""

    def hear(self, cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Heard]]:
        """Hear these cases, whose files are in `folder`, one after the other."""
