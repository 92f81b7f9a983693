from typing import Any

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.magics.fs import run_fs


class Tools:
    """The shape of dbutils.fs."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def ls(self, path: str) -> list[str]:
        self.calls.append(("ls", path))
        return ["a"]

    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        self.calls.append(("cp", source, dest, recurse))
        return True

    def head(self, file: str, max_bytes: int = 65536) -> str:
        self.calls.append(("head", file, max_bytes))
        return "text"

    def _hidden(self) -> None:
        raise AssertionError


def test_words_are_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    tools, shown = Tools(), list[Any]()
    for line in ("ls '/a b'", "cp -r /a /b", "cp /a /b", "cp /a /b true", "head /f 10"):
        run_fs(line, tools, shown.append)
    assert tools.calls == [
        ("ls", "/a b"),
        ("cp", "/a", "/b", True),
        ("cp", "/a", "/b", False),
        ("cp", "/a", "/b", True),
        ("head", "/f", 10),
    ]
    assert shown == [["a"]]
    assert capsys.readouterr().out == "True\nTrue\nTrue\ntext\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nope /", "no command 'nope'; it has cp, head, ls"),
        ("_hidden", "no command '_hidden'"),
        ("ls", r"%fs ls\(path: str\).*missing"),
        ("ls /a /b", "too many"),
        ("ls -r /a", "recurse"),
        ("head /f ten", "max_bytes must be a number"),
        ("cp /a /b perhaps", "recurse must be true or false"),
    ],
)
def test_words_that_do_not_fit_are_named(line: str, message: str) -> None:
    tools = Tools()
    with pytest.raises(InvalidParameterValue, match=message):
        run_fs(line, tools, print)
    assert tools.calls == []
