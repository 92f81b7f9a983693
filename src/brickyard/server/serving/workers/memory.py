"""What a worker process holds for itself, which is not what it shares with the zygote."""

import psutil

MIB = 1024 * 1024


def private_mb(pid: int) -> float:
    """MiB; 0: the process is gone."""
    try:
        return float(psutil.Process(pid).memory_full_info().uss) / MIB
    except psutil.Error:
        return 0.0


def cpu_seconds(pid: int) -> float:
    """User's and system's time; 0: the process is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
