"""`python -m brickyard.worker --socket PATH`."""

import sys

from brickyard.errors import BrickyardError
from brickyard.worker.process import leave, parse, run
from brickyard.worker.registry import find_task


def main() -> None:
    try:
        run(parse(sys.argv[1:]), find_task)
    except BrickyardError as error:
        sys.exit(f"brickyard.worker: {error.message}")
    leave(0)


if __name__ == "__main__":
    main()
