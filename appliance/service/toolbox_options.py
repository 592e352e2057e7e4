"""The tools that the owner's settings name."""

from appliance.service.toolbox import ToolboxOptions
from appliance.settings import Settings


def toolbox_options(settings: Settings) -> ToolboxOptions:
    """What the conversation's toolbox holds."""
    return ToolboxOptions(settings.tools.builtin)
