"""Who listens on a port of this machine."""

import psutil

from brickyard.errors import BrickyardError
from brickyard.notebook.client import ServerClient

_SHOWN = 120  # characters of a command line


def port_holder(port: int) -> str:
    """What has taken a TCP port, for people; empty where the operating system does not tell us."""
    kind = "a Brickyard server of another home, " if _is_brickyard(port) else ""
    try:
        found = psutil.net_connections("tcp")
    except psutil.Error:  # some systems tell the administrator alone
        return kind.rstrip(", ")
    for each in found:
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid:
            return f"{kind}process {each.pid}{_command(each.pid)}"
    return kind.rstrip(", ")


def _is_brickyard(port: int) -> bool:
    try:
        status = ServerClient(f"http://127.0.0.1:{port}", "", timeout=2).get("/api/brickyard/status")
    except BrickyardError:
        return False
    return status.get("product") == "brickyard"


def _command(pid: int) -> str:
    try:
        return f" ({' '.join(psutil.Process(pid).cmdline())[:_SHOWN]})"
    except psutil.Error:
        return ""
