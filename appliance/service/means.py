"""What a running daemon is made with, where a test bench puts something else in its place."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from appliance.audio.devices import KeepOn
from appliance.service.live.live_sound import Devices, open_devices
from appliance.service.providers.keyless import list_usable
from appliance.service.providers.provider_list import ProviderList
from appliance.settings import Settings


class OpenDevices(Protocol):
    """As `live_sound.open_devices`."""

    def __call__(self, settings: Settings, keep_on: KeepOn, *, wait: bool) -> Awaitable[Devices]: ...


@dataclass(frozen=True, slots=True)
class Means:
    """How the providers are made and the devices opened."""

    list_providers: Callable[[Settings, Mapping[str, str]], ProviderList] = list_usable
    open_devices: OpenDevices = open_devices
