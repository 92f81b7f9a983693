"""Each rule of the shape check fails on a small sample, and passes on what it allows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from tools.shape.__main__ import AREAS, check, main
from tools.shape.model import Budgets, Violation, read_modules

Check = Callable[[Mapping[str, str]], list[Violation]]


@pytest.fixture
def shape(tmp_path: Path) -> Check:
    """Violations of a tree of files, with the pyproject.toml that it may hold."""

    def run(files: Mapping[str, str]) -> list[Violation]:
        for name, text in {"pyproject.toml": "", **files}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        return check(read_modules(tmp_path, AREAS), Budgets.read(tmp_path / "pyproject.toml"))

    return run


def function(lines: int) -> str:
    return '"""Module."""\n\n\ndef work() -> None:\n    """Not counted."""\n' + "    print()\n" * lines


def methods(count: int) -> str:
    return "class Facade:\n" + "".join(f"    def m{n}(self) -> None:\n        print()\n" for n in range(count))


BROKEN = {
    "module-lines": {"tools/a.py": "x = 1\n" * 601},
    "module-median": {"src/a.py": "x = 1\n" * 151},
    "function-lines": {"tools/a.py": function(61)},
    "function-p90": {"src/a.py": function(31)},
    "class-lines": {"bench/a.py": "class Long:\n" + "    x = 1\n" * 300},
    "class-methods": {"src/a.py": methods(26)},
    "parameters": {"src/a.py": "def f(a: int, b: int, c: int, d: int, e: int, f: int, g: int) -> None: ..."},
    "vague-name": {"src/shop/utils.py": "x = 1"},
    "import-cycle": {"src/shop/a.py": "from shop import b", "src/shop/b.py": "from shop.a import x"},
    "local-import": {"src/shop/a.py": "def f() -> None:\n    import shop.b", "src/shop/b.py": "x = 1"},
    "annotation": {"src/a.py": "def f(a, *, b: int) -> None: ..."},
    "environment": {"src/a.py": "import os\n\nx = os.environ['HOME']"},
    "broad-except": {"src/a.py": "try:\n    x = 1\nexcept Exception:\n    raise"},
    "mocks": {"tests/test_a.py": "from unittest import mock\n\n\ndef test_a() -> None:\n    mock.Mock()"},
}

ALLOWED = {
    "module of 600 lines": {"tools/a.py": "x = 1\n" * 600},
    "tests have long functions": {"tests/test_a.py": function(61)},
    "docstring is not counted": {"tools/a.py": function(60)},
    "keywords are not positional": {
        "src/a.py": "def f(a: int, *, b: int, c: int, d: int, e: int, f: int, g: int) -> None: ..."
    },
    "self is not a parameter": {
        "src/a.py": "class A:\n    def f(self, a: int, b: int, c: int, d: int, e: int, f: int) -> None: ..."
    },
    "facade by name": {
        "src/shop/a.py": methods(26),
        "pyproject.toml": "[tool.brickyard.shape]\nfacades = ['shop.a.Facade']",
    },
    "lazy import by name": {
        "pyproject.toml": "[tool.brickyard.shape]\nlazy_imports = ['shop.cli']",
        "src/shop/cli/up.py": "def f() -> None:\n    import shop.b",
        "src/shop/b.py": "x = 1",
    },
    "local import of others": {"src/shop/a.py": "def f() -> None:\n    import json"},
    "one-way imports": {
        "src/shop/a.py": "from shop import b",
        "src/shop/b.py": "from shop.c import x",
        "src/shop/c.py": "x = 1",
    },
    "settings read the environment": {"src/brickyard/settings.py": "import os\n\nx = os.environ['HOME']"},
    "reason on the line": {
        "src/a.py": "try:\n    x = 1\nexcept Exception:  # reason: the edge of the thread\n    x = 2"
    },
    "reason above": {
        "src/a.py": "try:\n    x = 1\n# the edge of the process\nexcept (OSError, BaseException):\n    x = 2"
    },
    "few mocks": {
        "tests/test_a.py": "\n".join(f"def test_{n}() -> None: ..." for n in range(20))
        + "\nmonkeypatch.setattr(a, 'b', 1)"
    },
}


@pytest.mark.parametrize("rule", BROKEN)
def test_broken(shape: Check, rule: str) -> None:
    assert [violation.rule for violation in shape(BROKEN[rule])] == [rule]


@pytest.mark.parametrize("reason", ALLOWED)
def test_allowed(shape: Check, reason: str) -> None:
    assert shape(ALLOWED[reason]) == []


@pytest.mark.parametrize(
    "text",
    [
        "from os import getenv",
        "import os\nos.getenv('HOME')",
        "import os\nprint(os.environb)",
    ],
)
def test_every_way_to_the_environment(shape: Check, text: str) -> None:
    assert [violation.rule for violation in shape({"src/a.py": text})] == ["environment"]


@pytest.mark.parametrize(
    "clause",
    ["except:", "except BaseException:", "except (ValueError, Exception):", "except Exception:  # noqa: BLE001"],
)
def test_every_broad_except(shape: Check, clause: str) -> None:
    found = shape({"src/a.py": f"try:\n    x = 1\n{clause}\n    raise"})
    assert [(violation.rule, violation.line) for violation in found] == [("broad-except", 3)]


@pytest.mark.parametrize(
    "call",
    ["patch('a.b')", "mock.patch.object(a, 'b')", "MagicMock()", "monkeypatch.setattr(a, 'b', 1)", "mocker.spy(a)"],
)
def test_every_mock(shape: Check, call: str) -> None:
    assert [violation.rule for violation in shape({"tests/test_a.py": call})] == ["mocks"]


def test_cycle_through_relative_imports_and_packages(shape: Check) -> None:
    found = shape(
        {
            "src/shop/__init__.py": "",
            "src/shop/a/__init__.py": "from . import x",
            "src/shop/a/x.py": "from ..b import y",
            "src/shop/b.py": "import json\n\nimport shop.a",
        }
    )
    assert [str(violation) for violation in found] == [
        "src/shop/a/__init__.py:1: import-cycle: shop.a -> shop.a.x -> shop.b -> shop.a"
    ]


def test_unannotated_parameters_are_named(shape: Check) -> None:
    [found] = shape({"src/a.py": "class A:\n    def f(self, a, *b, c=1, **d): ..."})
    assert found.message == "a.A.f: no type for a, c, b, d, its result"


def test_unknown_configuration_is_refused(shape: Check) -> None:
    with pytest.raises(ValueError, match="unknown keys: facade"):
        shape({"pyproject.toml": "[tool.brickyard.shape]\nfacade = []"})


def test_command(shape: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shape({"src/a.py": "def f(a): ..."})
    assert main([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "src/a.py:1: annotation: a.f: no type for a, its result"
    assert lines[2].split() == ["src", "1", "1", "1", "1", "1", "1", "1"]
    assert lines[-1] == "shape: 1 violations"

    shape({"src/a.py": "def f(a: int) -> None: ..."})
    assert main([str(tmp_path)]) == 0


def test_command_on_a_file_that_is_not_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("x = 1\nx = (")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == "src/a.py:2: syntax: '(' was never closed\n"
