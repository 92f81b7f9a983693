"""Changing modules right after their import, without importing them first."""

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

Change = Callable[[ModuleType], None]


class AfterImport(MetaPathFinder):
    """Finds modules as the other finders do, and applies its changes to them when they are loaded."""

    def __init__(self, changes: Iterable[tuple[str, Change]]) -> None:
        self._changes = tuple(changes)

    def install(self) -> None:
        """Come first among the finders, and change what is imported already."""
        sys.meta_path.insert(0, self)
        for name, module in list(sys.modules.items()):
            for change in self._for(name):
                change(module)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        changes = self._for(fullname)
        if not changes:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: ModuleSpec | None = find(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _ChangingLoader(spec.loader, changes)
                return spec
        return None

    def _for(self, name: str) -> list[Change]:
        return [change for pattern, change in self._changes if _matches(pattern, name)]


class _ChangingLoader(Loader):
    """A loader that applies changes behind another loader's work, and is that loader in all else."""

    def __init__(self, loader: Loader, changes: Sequence[Change]) -> None:
        self._loader = loader
        self._changes = changes

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # The module keeps the loader that it would have without us: importlib.resources and pickling look at it.
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        for change in self._changes:
            change(module)


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith(".*") else name == pattern
