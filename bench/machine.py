"""What the figures were taken on: cores, disk, and what an fsync costs there."""

import os
import platform
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_FSYNC_TRIES = 200
_PAGE = b"\0" * 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """`fsync_ms` is the median of appending and syncing one page of 4 KiB where the homes lie."""

    cores: int
    memory_gib: float
    system: str
    filesystem: str
    fsync_ms: float
    load_before: float

    def describe(self) -> str:
        """One line for the report."""
        return (
            f"{self.cores} cores, {self.memory_gib:.0f} GiB, {self.system}; homes on {self.filesystem}, "
            f"one fsync takes {self.fsync_ms:.2f} ms; load average before the start {self.load_before:.1f}"
        )


def look_at_machine(folder: Path) -> Machine:
    """Describe this machine, and the disk under `folder`."""
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=psutil.virtual_memory().total / 2**30,
        system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        filesystem=_filesystem(folder),
        fsync_ms=_fsync_ms(folder),
        load_before=os.getloadavg()[0],
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CpuClock:
    """CPU seconds used so far: by the whole machine, by this process with the children that it has waited for."""

    wall: float
    machine: float
    own: float

    @staticmethod
    def now() -> "CpuClock":
        """Read the clock."""
        whole, own = psutil.cpu_times(), psutil.Process().cpu_times()
        return CpuClock(
            wall=time.monotonic(),
            # Time that a hypervisor gave to others (steal) is as lost to us as another process's.
            machine=whole.user + whole.nice + whole.system + whole.irq + whole.softirq + whole.steal,
            own=own.user + own.system + own.children_user + own.children_system,
        )

    def foreign_share(self, later: "CpuClock", server_seconds: float) -> float:
        """Share of the machine, from 0 to 1, that neither this process nor the measured server used until `later`."""
        foreign = later.machine - self.machine - (later.own - self.own) - server_seconds
        return max(0.0, foreign / ((later.wall - self.wall) * (psutil.cpu_count() or 1)))


def _filesystem(folder: Path) -> str:
    mounts = [part for part in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else "an unknown file system"


def _fsync_ms(folder: Path) -> float:
    probe = folder / "fsync-probe"
    taken = []
    with probe.open("wb", buffering=0) as file:
        for _ in range(_FSYNC_TRIES):
            began = time.perf_counter()
            file.write(_PAGE)
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    probe.unlink()
    return statistics.median(taken) * 1000
