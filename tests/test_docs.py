"""The documentation names what there is: every command and option, every setting, and no command that is not."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from brickyard import __version__
from brickyard.cli.main import app
from brickyard.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.M | re.S)


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Every command with its full name, groups entered."""
    todo = [("brickyard", typer.main.get_command(app))]
    while todo:
        name, command = todo.pop()
        if isinstance(command, TyperGroup):
            todo += [(f"{name} {word}", part) for word, part in command.commands.items() if not part.hidden]
        elif isinstance(command, TyperCommand):
            yield name, command


def section(text: str, heading: str) -> str:
    """The part of a page below a second-level heading, up to the next one; empty where there is none."""
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return match.group(1) if match else ""


def calls(text: str) -> Iterator[list[str]]:
    """The words of each `brickyard ...` in the bash blocks of a page, those inside $(...) too."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            for call in re.findall(r"(?:^|(?<=[(;&|]))\s*brickyard (?:[^)|;&\"]|\"[^\"]*\")*", line):
                words = shlex.split(call, comments=True)
                yield words[: words.index(">")] if ">" in words else words


COMMANDS = dict(commands())
CALLS = [
    pytest.param(words, id=f"{page.name}: {' '.join(words)}") for page in PAGES for words in calls(page.read_text())
]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_is_documented_with_its_options(name: str) -> None:
    text = section((ROOT / "docs" / "cli.md").read_text(), f"`{name}`")
    assert text, f"docs/cli.md has no section `{name}`"
    options = [option for option in COMMANDS[name].params if isinstance(option, TyperOption) and not option.hidden]
    missing = [option.opts[0] for option in options if not any(flag in text for flag in option.opts)]
    assert not missing, f"docs/cli.md, section `{name}`, does not name {', '.join(missing)}"


def test_documented_commands_exist() -> None:
    documented = re.findall(r"^## `(brickyard[^`]*)`$", (ROOT / "docs" / "cli.md").read_text(), re.M)
    assert sorted(documented) == sorted(COMMANDS)


@pytest.mark.parametrize("words", CALLS)
def test_command_in_a_code_block_exists(words: list[str]) -> None:
    name = max((name for name in COMMANDS if words[: len(name.split())] == name.split()), key=len, default=None)
    assert name, f"there is no such command: {' '.join(words)}"
    options = {flag for option in COMMANDS[name].params if isinstance(option, TyperOption) for flag in option.opts}
    given = own_options(words[len(name.split()) :], takes_script=name == "brickyard run")
    assert given <= options | {"--help"}, f"{name} has no {', '.join(sorted(given - options))}"


def own_options(words: list[str], *, takes_script: bool) -> set[str]:
    """The options before the script, whose own stand behind it."""
    found = set()
    for word in words:
        if takes_script and word.endswith((".py", ".ipynb")):
            break
        if word.startswith("--"):
            found.add(word.partition("=")[0])
    return found


def test_every_setting_is_documented() -> None:
    rows = dict(
        re.findall(
            r"^\| `(BRICKYARD_\w+)` \| (?:.*?) \| (.*) \|$", (ROOT / "docs" / "configuration.md").read_text(), re.M
        )
    )
    assert rows == {f"BRICKYARD_{item.name.upper()}": item.metadata["help"] for item in fields(Settings)}


def test_code_blocks_are_found() -> None:
    text = '```bash\nbrickyard up --port 1  # start\neval "$(brickyard env --home x)"\ncd brickyard && make\n```\n'
    assert list(calls(text)) == [["brickyard", "up", "--port", "1"], ["brickyard", "env", "--home", "x"]]


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest
    assert (newest.group(1), __version__) == (project, project)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)(?:#[^)]*)?\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []
