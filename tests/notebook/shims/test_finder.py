import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from brickyard.notebook.shims.finder import AfterImport


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "shimmed"
    folder.mkdir()
    (folder / "__init__.py").write_text("value = 1\n")
    (folder / "part.py").write_text("value = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.meta_path)
    yield folder
    sys.meta_path[:] = before
    for name in [n for n in sys.modules if n.partition(".")[0] == "shimmed"]:
        del sys.modules[name]


def mark(module: ModuleType) -> None:
    module.__dict__["seen"] = module.__dict__.get("seen", 0) + 1


def test_modules_are_changed_after_their_import(package: Path) -> None:
    AfterImport([("shimmed.*", mark)]).install()
    assert "shimmed" not in sys.modules
    part = importlib.import_module("shimmed.part")
    assert (part.seen, part.value) == (1, 2)
    assert not hasattr(sys.modules["shimmed"], "seen")
    assert importlib.reload(part).seen == 2
    assert type(part.__loader__).__name__ == "SourceFileLoader"
    assert part.__spec__ is not None
    assert part.__spec__.loader is part.__loader__


def test_imported_modules_are_changed_at_once(package: Path) -> None:
    module = importlib.import_module("shimmed")
    AfterImport([("shimmed", mark)]).install()
    assert module.seen == 1


def test_missing_modules_stay_missing(package: Path) -> None:
    AfterImport([("shimmed.none", mark)]).install()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("shimmed.none")


def test_an_error_of_the_module_comes_through(package: Path) -> None:
    (package / "broken.py").write_text("1 / 0\n")
    AfterImport([("shimmed.broken", mark)]).install()
    with pytest.raises(ZeroDivisionError):
        importlib.import_module("shimmed.broken")
    assert "shimmed.broken" not in sys.modules
