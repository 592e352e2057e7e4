"""How many timers a run of the appliance has left behind, as its next start would find them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.service.memory.store import FILE


def count_kept_timers(state: Path) -> int:
    """Of the state directory `state`; none where nothing was kept."""
    if not (state / FILE).exists():
        return 0
    with closing(sqlite3.connect(state / FILE)) as db:
        (kept,) = db.execute("SELECT count(*) FROM timers").fetchone()
    return int(kept)
