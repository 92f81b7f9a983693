"""The program of the Sail process: serve on a free port of this machine, print the port, end with the parent.

It is started by its path, so that little but Sail is imported.
"""

import json
import os
import select
import shutil
import sys

from pysail.spark import SparkConnectServer

from brickyard.settings import live_environment

LOOK_SECONDS = 1.0


def main() -> None:
    """Serve until standard input closes, or the parent is another one; then remove the folder that argv[1] names.

    Lines of standard input are JSON objects of environment variables to set; each is answered by a line.

    A parent that is killed closes the pipe too, unless a fork of it still holds the other end. (PR_SET_PDEATHSIG would
    end this process with the thread that started it, which need not be the main one.)
    """
    parent = os.getppid()
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    address = server.listening_address
    if address is None:
        sys.exit("Sail has no address")
    print(address[1], flush=True)
    text = b""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_SECONDS)
        if not readable:
            continue
        if not (block := os.read(sys.stdin.fileno(), 65536)):
            break
        *lines, text = (text + block).split(b"\n")
        for line in lines:
            configure(line)
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    # Without the runtime's own farewell: queries that still run are not waited for.
    os._exit(0)


def configure(line: bytes) -> None:
    """Set environment variables, or take them away: Sail reads those of object stores when it opens a bucket."""
    environment = live_environment()
    for name, value in json.loads(line).items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    print("configured", flush=True)


if __name__ == "__main__":
    main()
