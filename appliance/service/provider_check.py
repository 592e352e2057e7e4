"""What the configured providers cannot do of what the settings ask for, without opening one."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from appliance.service.provider_list import list_providers
from appliance.settings import Settings

# In place of the owner's keys, which need not be there to know what a provider can do.
_ANY_KEY = "env:ANY"


def check_providers(settings: Settings) -> tuple[str, ...]:
    """A sentence for each wish that a provider goes without; it answers all the same.

    Raises ConfigurationError for what `run` would refuse, beyond a missing key.
    """
    return list_providers(_with_any_key(settings), {"ANY": "none"}).shortfalls


def _with_any_key(settings: Settings) -> Settings:
    providers = tuple(_keyed(provider) for provider in settings.providers)
    return settings.model_copy(update={"providers": providers})


def _keyed(section: Any) -> Any:
    """`section` with `_ANY_KEY` wherever it refers to a key, also in its tables."""
    changes: Mapping[str, Any] = {
        name: _ANY_KEY if name == "api_key" else _keyed(value)
        for name in type(section).model_fields
        if isinstance(value := getattr(section, name), BaseModel) or (name == "api_key" and value)
    }
    return section.model_copy(update=changes)
