"""The picture of a conversation: from the events of its log to an SVG."""

from appliance.conversation.timeline.drawing import draw
from appliance.conversation.timeline.levels import LevelProfile, level_profile, streamed_profile
from appliance.conversation.timeline.reading import read_events

__all__ = ["LevelProfile", "draw", "level_profile", "read_events", "streamed_profile"]
