"""What the owner names as `package:NAME` in the settings."""

from importlib import import_module
from typing import Any

from appliance.errors import ConfigurationError
from appliance.settings.mistakes import plain


def load_plugin(key: str, name: str) -> Any:
    """The object that `name` (`package:NAME`) stands for; importing it runs its code.

    Raises ConfigurationError, naming `key`, where it cannot be imported or is not there.
    """
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute, None)
    except ModuleNotFoundError as missing:
        raise plugin_mistake(key, name, f"there is no module {missing.name} to import") from missing
    except (Exception, SystemExit) as error:  # not our code: whatever it raises, this key brought it in
        raise plugin_failed(key, name, error) from error
    if found is None:
        raise plugin_mistake(key, name, f"there is no {attribute} in {module}")
    return found


def plugin_failed(key: str, name: str, error: BaseException) -> ConfigurationError:
    """The owner's code raised `error`."""
    return plugin_mistake(key, name, f"it fails with {type(error).__name__}: {plain(str(error))}")


def plugin_mistake(key: str, name: str, why: str) -> ConfigurationError:
    """What is wrong with the value of `key`."""
    return ConfigurationError([f'{key} = "{name}": {why}'])
