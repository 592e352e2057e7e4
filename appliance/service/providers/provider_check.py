"""What the configured providers cannot do of what the settings ask for, without opening one."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from appliance.service.providers.provider_list import list_providers
from appliance.settings import Settings

# In place of the owner's keys, which need not be there to know what a provider can do.
_ANY_KEY = "env:NO_KEY_NEEDED"
ANY_ENVIRON: Final[Mapping[str, str]] = {"NO_KEY_NEEDED": "none"}

Section = TypeVar("Section", bound=BaseModel)


def check_providers(settings: Settings) -> tuple[str, ...]:
    """A sentence for each wish that a provider goes without; it answers all the same.

    Raises ConfigurationError for what `run` would refuse, beyond a missing key.
    """
    providers = tuple(with_any_key(provider) for provider in settings.providers)
    return list_providers(settings.model_copy(update={"providers": providers}), ANY_ENVIRON).shortfalls


def with_any_key(section: Section) -> Section:
    """`section` with a key of `ANY_ENVIRON` wherever it refers to one, also in its tables."""
    changes: Mapping[str, Any] = {
        name: _ANY_KEY if name == "api_key" else with_any_key(value)
        for name in type(section).model_fields
        if isinstance(value := getattr(section, name), BaseModel) or (name == "api_key" and value)
    }
    return section.model_copy(update=changes)
