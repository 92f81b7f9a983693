"""Standard output and error of a process whose outputs are kept: what is written goes to the terminal as before, too.

Python's own streams are replaced, so that the order of text and rich outputs is exact. What child processes and C code
write goes to the file descriptors 1 and 2; those become pipes, which a thread reads.
"""

import codecs
import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from brickyard.notebook.presentation import Bundle

DRAIN_SECONDS = 2.0
CHILD_SECONDS = 0.2
_MARK = b"\x00brickyard-%d\x00"


class KeptStream(io.TextIOBase):
    """A text stream that tells a listener what is written, and writes it to the terminal."""

    def __init__(self, name: str, terminal: TextIO, descriptor: int, keep: Callable[[str, str], None]) -> None:
        self._name = name
        self._terminal = terminal
        self._descriptor = descriptor
        self._keep = keep
        self._process = os.getpid()
        self.buffer = io.FileIO(descriptor, "w", closefd=False)

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._terminal.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._terminal.errors

    def write(self, text: str) -> int:
        if os.getpid() != self._process:  # a forked child: its parent reads the pipe
            self.buffer.write(text.encode("utf-8", "replace"))
            return len(text)
        self._keep(self._name, text)
        return self._terminal.write(text)

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        if os.getpid() == self._process:
            self._terminal.flush()

    def isatty(self) -> bool:
        return self._terminal.isatty()

    def fileno(self) -> int:
        return self._descriptor


class RichStream(KeptStream):
    """Standard output: it keeps values in all their forms as well."""

    def __init__(
        self,
        terminal: TextIO,
        keep: Callable[[str, str], None],
        show: Callable[[Bundle], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__("stdout", terminal, 1, keep)
        self._show = show
        self.clear = clear

    def rich(self, bundle: Bundle, text: str) -> None:
        """Keep a bundle; the terminal gets its text."""
        self._show(bundle)
        self._terminal.write(f"{text}\n")


class Capture:
    """Takes the place of the process's standard output and error until it is closed."""

    def __init__(
        self, keep: Callable[[str, str], None], show: Callable[[Bundle], None], clear: Callable[[], None]
    ) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._before = sys.stdout, sys.stderr
        self._pipes = _Pipe(1, "stdout", keep), _Pipe(2, "stderr", keep)
        out, err = (
            io.TextIOWrapper(
                io.FileIO(pipe.before, "w", closefd=False),
                encoding=stream.encoding,
                errors=stream.errors,
                write_through=True,
            )
            for pipe, stream in zip(self._pipes, self._before, strict=True)
        )
        sys.stdout = RichStream(out, keep, show, clear)
        sys.stderr = KeptStream("stderr", err, 2, keep)

    def drain(self) -> None:
        """Wait until what children have written so far is kept."""
        for pipe in self._pipes:
            pipe.drain()

    def close(self) -> None:
        """Put the streams back."""
        sys.stdout.flush()
        sys.stderr.flush()
        for pipe in self._pipes:
            pipe.close()
        sys.stdout, sys.stderr = self._before


class _Pipe:
    """One descriptor behind a pipe: what arrives goes to where it went before, and to the listener."""

    def __init__(self, descriptor: int, name: str, keep: Callable[[str, str], None]) -> None:
        self._descriptor, self._name, self._keep = descriptor, name, keep
        self.before = os.dup(descriptor)
        self._reading, writing = os.pipe()
        os.dup2(writing, descriptor)
        os.close(writing)
        self._marks = 0
        self._seen = threading.Condition()
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._thread = threading.Thread(target=self._read, name=f"brickyard-{name}", daemon=True)
        self._thread.start()

    def drain(self) -> None:
        """Wait until all that was written before has arrived."""
        with self._seen:
            wanted = self._marks + 1
        os.write(self._descriptor, _MARK % wanted)
        with self._seen:
            self._seen.wait_for(lambda: self._marks >= wanted, DRAIN_SECONDS)

    def close(self) -> None:
        """Put the descriptor back. A child that goes on and still writes into the pipe is not waited for."""
        self.drain()
        os.dup2(self.before, self._descriptor)
        self._thread.join(CHILD_SECONDS)

    def _read(self) -> None:
        pending = b""
        while block := os.read(self._reading, 65536):
            pending += block
            mark = _MARK % (self._marks + 1)
            while mark in pending:
                head, _, pending = pending.partition(mark)
                self._pass(head)
                with self._seen:
                    self._marks += 1
                    self._seen.notify_all()
                mark = _MARK % (self._marks + 1)
            cut = pending.rfind(mark[:1])
            is_begun = cut >= 0 and mark.startswith(pending[cut:])
            self._pass(pending[:cut] if is_begun else pending)
            pending = pending[cut:] if is_begun else b""

    def _pass(self, block: bytes) -> None:
        if block:
            with suppress(OSError):  # nobody reads the terminal any more: what is kept is kept all the same
                rest = memoryview(block)
                while rest:
                    rest = rest[os.write(self.before, rest) :]
            self._keep(self._name, self._decode(block))
