"""help() of the tools, made from their signatures and docstrings."""

import inspect
import textwrap
from typing import ClassVar

from brickyard.errors import NotFound


class Documented:
    """A tool that can tell its methods."""

    title: ClassVar[str]

    def help(self, name: str = "") -> None:
        """Print the methods, or all about one of them."""
        methods = {
            key: method
            for key, method in inspect.getmembers(self, inspect.ismethod)
            if not key.startswith("_") and key != "help"
        }
        if not name:
            print(f"{self.title}: {(self.__doc__ or '').strip()}\n")
            for key, method in methods.items():
                print(f"  {key}{inspect.signature(method)}\n      {(method.__doc__ or '').strip().splitlines()[0]}")
            return
        if name not in methods:
            raise NotFound(f"{self.title} has no method {name!r}; it has {', '.join(methods)}")
        text = textwrap.indent(inspect.getdoc(methods[name]) or "", "    ")
        print(f"{self.title}.{name}{inspect.signature(methods[name])}\n{text}")
