"""From files, environment and command line to frozen settings, or to a list of everything that is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from pydantic import ValidationError

from appliance.errors import ConfigurationError
from appliance.settings import profiles, sources
from appliance.settings.credentials import resolve_secret
from appliance.settings.keys import Key
from appliance.settings.mistakes import describe_errors, plain, shown_value
from appliance.settings.offline_voice import what_is_missing
from appliance.settings.options import COMPUTED, Settings
from appliance.settings.pack import Prompt, prompt_of
from appliance.settings.profiles import Profile
from appliance.settings.tree import BUILT_IN, NoSuchPlaceError, Tree

VENDOR_KEY = "OPENAI_API_KEY"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Valid settings, the origin of every key that was given, and what the owner should know."""

    settings: Settings
    tree: Tree
    warnings: tuple[str, ...]

    def origin(self, path: Key) -> str:
        """Where the value of a key came from: a file, a variable, `--set`, or `built-in`."""
        return self.tree.origin(path)


def load_settings(
    config_files: Sequence[Path],
    overrides: Sequence[str],
    environ: Mapping[str, str],
    default_file: Path = sources.DEFAULT_FILE,
) -> Loaded:
    """The settings from all sources: built-in < profiles < files < environment < `--set`; later ones win.

    Without `config_files`, `default_file` is read if it exists. Which profiles count, any source may say;
    the owner's own are in `profiles/` beside one of these files. Where no provider is configured,
    OPENAI_API_KEY in `environ` puts OpenAI before the offline one. Raises ConfigurationError with a line
    for every mistake in every source, and in a pack that they name. Secrets and voices are looked up only
    to warn of missing ones.
    """
    tree = Tree()
    if unreadable := list(_read_files(tree, config_files or _present(default_file))):
        raise ConfigurationError(unreadable)
    _put_default_providers(tree, environ)
    mistakes = list(_put_single_keys(tree, overrides, environ))
    below, unknown = _put_profiles(tree, [file.parent for file in (*config_files, default_file)])
    mistakes += unknown
    try:
        settings = Settings.model_validate(tree.tables)
    except ValidationError as invalid:
        mistakes += describe_errors(invalid.errors(include_url=False), tree)
        raise ConfigurationError(mistakes) from None
    if mistakes:
        raise ConfigurationError(mistakes)
    prompt = prompt_of(settings.conversation)
    if unfilled := list(_unfilled(prompt, settings, tree)):
        raise ConfigurationError(unfilled)
    warnings = (
        *sources.overlooked(environ),
        *_outdone(below, tree),
        *_missing_secrets(settings, tree, environ),
        *_missing_voices(settings, tree),
        *_missing_programs(settings, tree, environ),
        *_unused_of_the_pack(prompt, settings),
        *_uncounted_money(settings, tree),
    )
    return Loaded(settings, tree, warnings)


def _present(file: Path) -> list[Path]:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        pass  # it is there and out of reach: reading it will say why
    return [file]


def _read_files(tree: Tree, files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        try:
            tree.merge(sources.read_file(file), str(file))
        except sources.UnreadableSourceError as unreadable:
            yield plain(str(unreadable))


def _put_default_providers(tree: Tree, environ: Mapping[str, str]) -> None:
    if "providers" in tree.tables:
        return
    offline = {"name": "offline", "kind": "offline"}
    if environ.get(VENDOR_KEY):
        openai = {"name": "openai", "kind": "openai", "api_key": f"env:{VENDOR_KEY}"}
        tree.merge({"providers": [openai, offline]}, f"the default with {VENDOR_KEY}")
    else:
        tree.merge({"providers": [offline]}, BUILT_IN)


def _put_single_keys(tree: Tree, overrides: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    given = list(sources.environment(environ))
    for override in overrides:
        try:
            given.append((*sources.assignment(override), "--set"))
        except sources.UnreadableSourceError as unreadable:
            yield plain(str(unreadable))
    for path, text, origin in given:
        try:
            tree.put(path, sources.value_of(path, text), origin)
        except NoSuchPlaceError as nowhere:
            key = ".".join(path)
            yield f"{plain(key)} = {shown_value(path, text)} ({origin}): {plain(str(nowhere))}"


def _put_profiles(tree: Tree, beside: Sequence[Path]) -> tuple[list[Profile], list[str]]:
    """The profiles that count, and a line for each that cannot."""
    given = tree.value(profiles.KEY)
    folders = list(dict.fromkeys(folder / profiles.FOLDER for folder in beside))
    found: list[Profile] = []
    mistakes: list[str] = []
    for name in profiles.names_in(given) if isinstance(given, str) else ():
        try:
            found.append(profiles.read_profile(name, folders))
        except sources.UnreadableSourceError as unreadable:
            where = f"profile = {shown_value(profiles.KEY, given)} ({tree.origin(profiles.KEY)})"
            mistakes.append(plain(f"{where}: {unreadable}"))
    for profile in reversed(found):
        tree.merge_below(profile.tables, profile.origin)
    return found, mistakes


def _outdone(found: Sequence[Profile], tree: Tree) -> Iterator[str]:
    defaults = Tree()
    defaults.merge(Settings().model_dump(), BUILT_IN)
    for profile in found:
        yield from profiles.outdone(profile, defaults, tree)


def _missing_secrets(settings: Settings, tree: Tree, environ: Mapping[str, str]) -> Iterator[str]:
    for index, server in enumerate(settings.tools.mcp):
        try:
            resolve_secret(server.api_key, environ)
        except ConfigurationError as missing:
            yield f"{tree.shown(('tools', 'mcp', str(index), 'api_key'))}: {missing}"
    for index, provider in enumerate(settings.providers):
        for place in ((), ("stt",), ("llm",), ("tts",)):
            owner = getattr(provider, place[0]) if place else provider
            try:
                resolve_secret(owner.api_key, environ)
            except ConfigurationError as missing:
                yield f"{tree.shown(('providers', str(index), *place, 'api_key'))}: {missing}"


def _missing_programs(settings: Settings, tree: Tree, environ: Mapping[str, str]) -> Iterator[str]:
    for index, server in enumerate(settings.tools.mcp):
        if server.command and which(server.command[0], path=environ.get("PATH")) is None:
            key = tree.shown(("tools", "mcp", str(index), "command"))
            name = shown_value(("command",), server.command[0])
            yield f"{key}: there is no program {name}; install it, or write its whole path"


def _missing_voices(settings: Settings, tree: Tree) -> Iterator[str]:
    for index, provider in enumerate(settings.providers):
        if provider.kind == "offline" and (missing := what_is_missing(provider.voice)):
            yield f"{tree.shown(('providers', str(index), 'voice'))}: {missing}"
        if provider.tts.kind == "local" and (missing := what_is_missing(provider.tts.voice)):
            yield f"{tree.shown(('providers', str(index), 'tts', 'voice'))}: {missing}"


def _unfilled(prompt: Prompt, settings: Settings, tree: Tree) -> Iterator[str]:
    """Of a prompt out of a pack; for instructions of the owner's own the settings tell."""
    path = ("conversation", "pack")
    for name in sorted(prompt.required - COMPUTED - settings.conversation.variables.keys()):
        given = f"conversation.pack = {shown_value(path, settings.conversation.pack)}"
        needs = f"{{{{{plain(name)}}}}} needs a value in [conversation.variables]"
        yield f"{given} ({plain(tree.origin(path))}): {needs}"


def _unused_of_the_pack(prompt: Prompt, settings: Settings) -> Iterator[str]:
    for key in prompt.unused:
        yield plain(f"{settings.conversation.pack}: {key} is not carried out here")


def _uncounted_money(settings: Settings, tree: Tree) -> Iterator[str]:
    if not (settings.money.daily_limit or settings.money.monthly_limit):
        return
    for index, provider in enumerate(settings.providers):
        if provider.kind != "offline" and not provider.prices:
            key = tree.shown(("providers", str(index), "prices"))
            yield f"{key}: not given, so what {provider.name} costs counts towards no limit"
