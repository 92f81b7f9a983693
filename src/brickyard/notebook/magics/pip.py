"""%pip: packages of this interpreter's environment, by pip or, where an environment has none, by uv."""

import importlib
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions, packages_distributions
from importlib.util import find_spec

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.notebook.magics.sh import CommandFailed, stream

_CHANGING = frozenset({"install", "uninstall", "sync"})
_WITHOUT_PYTHON = frozenset({"cache", "config", "help", "--help", "-h", "--version", "-V"})
"""What takes no --python in uv."""


def run_pip(line: str, environment: Mapping[str, str]) -> None:
    """Run one `%pip` line.

    Modules that are imported already stay as they are until the process is started anew: those are named.

    Raises:
        InvalidParameterValue: no command behind %pip.
        CommandFailed: pip ended with an error.
        NotImplementedHere: neither pip nor uv is there.
    """
    words = shlex.split(line, comments=True)
    if not words:
        raise InvalidParameterValue("%pip needs a command: %pip install PACKAGE")
    is_changing = words[0] in _CHANGING
    # Asked before: what pip has taken away cannot tell its modules any more.
    before, imported = (_versions(), _imported_packages()) if is_changing else ({}, set[str]())
    status = stream(installer(words), environment)
    importlib.invalidate_caches()
    if status:
        raise CommandFailed(f"%pip {words[0]}: ended with exit status {status}")
    after = _versions() if is_changing else {}
    stale = sorted(name for name in imported & before.keys() if after.get(name) != before[name])
    if stale:
        print(
            f"Note: {', '.join(stale)} had been imported before: call dbutils.library.restartPython() "
            "to use what is installed now.",
            file=sys.stderr,
        )


def installer(words: Sequence[str]) -> list[str]:
    """The command that does what `pip WORDS` says in this interpreter's environment."""
    if find_spec("pip") is not None:
        yes = ["--yes"] if words[0] == "uninstall" and not {"-y", "--yes"} & set(words) else []
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", *words, *yes]
    uv = (
        [sys.executable, "-m", "uv"]
        if find_spec("uv") is not None
        else [found]
        if (found := shutil.which("uv"))
        else []
    )
    if not uv:
        raise NotImplementedHere(
            f"%pip: {sys.prefix} has no pip, and there is no uv: run `{sys.executable} -m ensurepip` once"
        )
    kept = [word for word in words if word not in {"-y", "--yes", "--disable-pip-version-check", "--no-input"}]
    return [*uv, "pip", *kept, *([] if kept[0] in _WITHOUT_PYTHON else ["--python", sys.executable])]


def _versions() -> dict[str, str]:
    """The version of each package that is installed."""
    return {distribution.metadata["Name"] or "": distribution.version for distribution in distributions()}


def _imported_packages() -> set[str]:
    """The packages whose modules are imported."""
    owners = packages_distributions()
    return {name for module in owners.keys() & sys.modules.keys() for name in owners[module]}
