"""The keys that the settings name are looked for, and never shown."""

from pathlib import Path

from appliance.service.doctor.finding import Finding, Verdict
from appliance.service.doctor.keys import check_keys
from appliance.settings import load_settings

CANARY = "sk-canary0123456789abcdef"


def check(reference: str, environ: dict[str, str], folder: Path) -> Finding:
    providers = f"providers=[{{name='o',kind='openai',api_key='{reference}'}}]"
    settings = load_settings((), [providers], {}, Path("/nonexistent")).settings
    (found,) = check_keys(settings, environ, folder)
    assert CANARY not in repr(found)
    return found


def test_a_key_in_the_environment(tmp_path: Path) -> None:
    assert check("env:K", {"K": CANARY}, tmp_path).verdict is Verdict.OK
    assert check("env:K", {}, tmp_path).verdict is Verdict.BROKEN
    assert check("env:K", {"K": f"{CANARY}\x07"}, tmp_path).verdict is Verdict.BROKEN


def test_a_credential_of_the_service_is_looked_for_where_systemd_takes_it_from(tmp_path: Path) -> None:
    missing = check("credential:openai", {}, tmp_path)
    assert (missing.verdict, "set-key openai" in missing.advice) == (Verdict.BROKEN, True)
    (tmp_path / "openai").write_text(CANARY)
    assert check("credential:openai", {}, tmp_path).verdict is Verdict.OK


def test_a_credential_that_the_service_itself_has(tmp_path: Path) -> None:
    (tmp_path / "openai").write_text(CANARY)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert check("credential:openai", environ, Path("/nonexistent")).verdict is Verdict.OK
    assert check("credential:other", environ, Path("/nonexistent")).verdict is Verdict.BROKEN


def test_where_nobody_needs_a_key_there_is_none_to_miss() -> None:
    settings = load_settings((), (), {}, Path("/nonexistent")).settings
    assert [finding.verdict for finding in check_keys(settings, {})] == [Verdict.SKIPPED]
