"""What the installation and the first use of Spark tell the user while they take their time: on standard error, which
no program reads."""

from typing import Protocol, Self

from rich.console import Console
from rich.status import Status
from rich.text import Text


class Report(Protocol):
    """Is told what is being done."""

    def tell(self, text: str) -> None:
        """A step begins."""

    def received(self, done: int, total: int) -> None:
        """So many bytes of the running step have arrived; total 0: nobody knows how many there will be."""


class Progress:
    """One line for each step; in a terminal, the running one is marked as such and goes away when it is done."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, text: str) -> None:
        """A step begins."""
        self._text = text
        if self._console.is_terminal:
            self._show(text)
        else:
            self._console.print(f"brickyard: {text} …", markup=False)

    def received(self, done: int, total: int) -> None:
        """Bytes of the running step; shown in a terminal alone."""
        if self._console.is_terminal:
            self._show(f"{self._text}: {_megabytes(done)} {f'of {_megabytes(total)}' if total else 'written'}")

    def _show(self, text: str) -> None:
        if self._status is None:
            self._status = self._console.status(Text(text))
            self._status.start()
        else:
            self._status.update(Text(text))


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
