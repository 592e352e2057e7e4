"""The held-out half is heard only with parameters that a commit froze before."""

import subprocess


class NotFrozenError(Exception):
    """Why the held-out half must not be heard, in a sentence."""


def check_frozen(commit: str) -> None:
    """Raises NotFrozenError unless the appliance, its configuration and profiles are those of `commit`."""
    if not _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"):
        raise NotFrozenError(f"{commit} is no commit of this repository")
    changed = _git("diff", "--name-only", commit, "--", "appliance", "config").splitlines()
    changed += _git("ls-files", "--others", "--exclude-standard", "--", "appliance", "config").splitlines()
    if changed:
        raise NotFrozenError(
            f"{len(changed)} files differ from {commit}, the first is {changed[0]}: parameters are frozen by"
            " a commit before the held-out half is heard"
        )


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()
