"""The message catalog of `journalctl --catalog`, from the table of kinds. Pure."""

import textwrap
from collections.abc import Iterable
from typing import Final

from appliance.service.journal.kinds import Kind

_HEAD: Final = """\
# What the messages of the voice appliance in the journal mean, and what to do: `journalctl --catalog`.
# Written by scripts/write_catalog.py from appliance/service/journal; a test compares.
"""
# As wide as systemd's own.
_WIDTH: Final = 76


def catalog_text(kinds: Iterable[Kind]) -> str:
    """The file of the catalog, one entry for each kind (systemd's catalog format, "Message Catalogs")."""
    return "\n".join([_HEAD, *(_entry(kind) for kind in kinds)])


def _entry(kind: Kind) -> str:
    return (
        f"# {kind.name}\n"
        f"-- {kind.message_id}\n"
        f"Subject: {kind.subject}\n"
        "Defined-By: voice-appliance\n"
        "\n"
        f"{textwrap.fill(kind.explanation, _WIDTH, break_on_hyphens=False)}\n"
    )
