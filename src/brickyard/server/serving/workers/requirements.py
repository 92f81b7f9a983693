"""Whether a model can be computed with the libraries that the server is installed with.

A model clashes with them where it requires another version of a package that is installed here, or another Python.
MLflow pins what was installed when the model was logged, to the patch: a difference in the patch alone (1.6.2 for
==1.6.1) is not a clash, nor is one within a major version of mlflow, which reads the models of its elder versions.
A package that is not installed here is not one either: often the model does not need it. Where it does, loading the
model tells, and it gets an environment of its own then.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.version import InvalidVersion, Version

MIN_PYTHON = (3, 11)
"""The eldest that our part of a model server runs on."""
OF_MLFLOW = frozenset({"mlflow", "mlflow-skinny", "mlflow-tracing"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a model says of its environment.

    Attributes:
        requirements: the text of its requirements.txt; empty: it has none.
        python: the version of Python that it was logged with, as "3.11.7"; empty: unknown.
        folder: where the files that its requirements name lie.
    """

    requirements: str
    python: str
    folder: Path


def read_needs(model: Path) -> Needs:
    """Of the model in this folder."""
    requirements = model / "requirements.txt"
    python = model / "python_env.yaml"
    return Needs(
        requirements=requirements.read_text("utf-8") if requirements.is_file() else "",
        python=_python_of(python.read_text("utf-8")) if python.is_file() else "",
        folder=model,
    )


def clashes(needs: Needs) -> tuple[str, ...]:
    """Why the libraries here will not do: one sentence each; none if they do."""
    found = []
    if needs.python and _minor(needs.python) != sys.version_info[:2]:
        found.append(f"it was logged with Python {needs.python}, and the server runs on {_here()}")
    for requirement in _requirements(needs.requirements):
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            continue
        if not _accepts(requirement, installed):
            found.append(f"it requires {requirement}, and {installed} is installed")
    return tuple(found)


def python_for(needs: Needs) -> tuple[str, str]:
    """The version of Python for an environment of the model's own, and a remark where it is not the model's."""
    if not needs.python:
        return _here(), ""
    if _minor(needs.python) < MIN_PYTHON:
        return _here(), f"Model servers need Python 3.11 or newer: {_here()} is taken instead of {needs.python}."
    return ".".join(needs.python.split(".")[:2]), ""


def _requirements(text: str) -> Iterator[Requirement]:
    for line in text.splitlines():
        words = line.split(" #")[0].strip()
        if not words or words.startswith(("#", "-")):
            continue
        try:
            found = Requirement(words)
        except InvalidRequirement:
            continue
        if found.marker is None or found.marker.evaluate():
            yield found


def _accepts(requirement: Requirement, installed: str) -> bool:
    try:
        here = Version(installed)
    except InvalidVersion:
        return True
    depth = 1 if requirement.name.lower() in OF_MLFLOW else 2
    return all(_meets(specifier, here, depth) for specifier in requirement.specifier)


def _meets(specifier: Specifier, here: Version, depth: int) -> bool:
    if specifier.contains(here, prereleases=True):
        return True
    if specifier.operator not in {"==", "==="} or specifier.version.endswith(".*"):
        return False
    try:
        pinned = Version(specifier.version)
    except InvalidVersion:
        return False
    return (pinned.epoch, *pinned.release[:depth]) == (here.epoch, *here.release[:depth])


def _python_of(text: str) -> str:
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "python":
            return value.strip().strip("'\"")
    return ""


def _minor(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split(".")[:2] if part.isdigit())


def _here() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
