"""The owner's settings: load them, look up the secrets they name, show them."""

from appliance.settings.credentials import resolve_secret
from appliance.settings.load import Loaded, load_settings
from appliance.settings.options import Settings
from appliance.settings.rendering import Row, describe, render

__all__ = ["Loaded", "Row", "Settings", "describe", "load_settings", "render", "resolve_secret"]
