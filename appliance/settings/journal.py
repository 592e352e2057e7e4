"""What the journal is told: `[journal]`."""

from appliance.settings.section import Section


class Journal(Section):
    """What is written down of a conversation."""

    transcripts: bool = False
