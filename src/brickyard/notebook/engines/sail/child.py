"""The program of the Sail process: serve on a free port of this machine, print the port, end with the parent.

It is started by its path, so that nothing but Sail is imported.
"""

import os
import select
import shutil
import sys

from pysail.spark import SparkConnectServer

LOOK_SECONDS = 1.0


def main() -> None:
    """Serve until standard input closes, or the parent is another one; then remove the folder that argv[1] names.

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
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 1):
            break
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    # Without the runtime's own farewell: queries that still run are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
