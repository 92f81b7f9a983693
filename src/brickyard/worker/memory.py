"""The worker's memory limit: on what it really holds, because data libraries reserve far more than they use."""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

CHECK_SECONDS = 0.1
MIB = 1024 * 1024


def watch_memory(limit_mb: int, exceeded: Callable[[int], None]) -> None:
    """Call `exceeded` with the MiB in use, from a thread of its own, when they pass the limit."""
    threading.Thread(target=_watch, args=(limit_mb, exceeded), name="memory", daemon=True).start()


def prefer_for_out_of_memory() -> None:
    """Let the kernel end this process before the server when the machine itself has no memory left (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def _watch(limit_mb: int, exceeded: Callable[[int], None]) -> None:
    process = psutil.Process(os.getpid())
    pause = threading.Event()
    while not pause.wait(CHECK_SECONDS):
        used = process.memory_info().rss // MIB
        if used > limit_mb:
            exceeded(used)
            return
