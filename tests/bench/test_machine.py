from pathlib import Path

import psutil
import pytest

from bench.machine import CpuClock, look_at_machine


def test_the_share_of_others_leaves_out_us_and_the_server() -> None:
    cores = psutil.cpu_count() or 1
    began = CpuClock(wall=100, machine=50, own=10)
    ended = CpuClock(wall=104, machine=50 + 3 * cores, own=10 + cores)
    assert began.foreign_share(ended, server_seconds=cores) == pytest.approx(0.25)
    assert began.foreign_share(ended, server_seconds=5 * cores) == 0


def test_the_clock_runs_forward() -> None:
    first, second = CpuClock.now(), CpuClock.now()
    assert second.wall >= first.wall
    assert second.machine >= first.machine
    assert second.own >= first.own


def test_the_machine_says_what_an_fsync_costs(tmp_path: Path) -> None:
    machine = look_at_machine(tmp_path)
    assert machine.cores >= 1
    assert machine.fsync_ms > 0
    assert "one fsync takes" in machine.describe()
    assert list(tmp_path.iterdir()) == []
