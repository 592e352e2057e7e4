"""Writes `systemd/voice-appliance.catalog`: what every message in the journal means, and what to do."""

from pathlib import Path

from appliance.service.journal.catalog import catalog_text
from appliance.service.journal.entry import KINDS

CATALOG = Path(__file__).parents[1] / "systemd" / "voice-appliance.catalog"


def main() -> None:
    CATALOG.write_text(catalog_text(KINDS.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
