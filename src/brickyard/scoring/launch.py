"""Runs the zygote in an environment of a model's own, where Brickyard is not installed.

`PYTHON launch.py --socket PATH`. The package is found beside this file and nothing else of its surroundings is: the
libraries come from the model's environment.
"""

import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def main() -> None:
    # This folder's own modules must not be found under their bare names.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != PACKAGE / "scoring"]
    spec = spec_from_file_location("brickyard", PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)])
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules["brickyard"] = package
    spec.loader.exec_module(package)
    runpy.run_module("brickyard.scoring.zygote", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
