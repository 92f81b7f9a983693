"""Virtual environments of models that clash with the server's own, each built once for all that need the same."""

import asyncio
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uv

from brickyard.server.serving.workers.failures import ModelLoadFailed
from brickyard.server.serving.workers.requirements import Needs, python_for, read_needs

BUILD_SECONDS = 1800.0
COMPLETE = ".complete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """An environment.

    Attributes:
        key: equal for models with equal needs.
        python: its interpreter.
    """

    key: str
    python: Path


class Environments:
    """Builds environments.

    Args:
        folder: of all environments; made when one is built.
        environment: the environment variables of the builder: its caches, the addresses of package registries.
    """

    def __init__(self, folder: Path, *, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, model: Path, log: Path) -> Built:
        """The environment of the model in this folder, built if it is not there. What is done is appended to the log.

        Raises:
            ModelLoadFailed: it cannot be built; the log tells why.
        """
        needs = read_needs(model)
        python, remark = python_for(needs)
        key = hashlib.sha256(f"{python}\n{needs.requirements}".encode()).hexdigest()[:24]
        place = self._folder / key
        built = Built(key=key, python=place / "bin" / "python")
        async with self._locks.setdefault(key, asyncio.Lock()):
            if (place / COMPLETE).exists():
                _note(log, f"The environment {key} is there already.")
                return built
            if remark:
                _note(log, remark)
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            await self._build(needs, python, place, log)
            (place / COMPLETE).touch()
        return built

    async def _build(self, needs: Needs, python: str, place: Path, log: Path) -> None:
        requirements = place / "requirements.txt"
        await self._run(log, needs.folder, "venv", "--python", python, str(place))
        # mlflow loads the model; most models name it among their requirements.
        named = any(line.strip().lower().startswith("mlflow") for line in needs.requirements.splitlines())
        requirements.write_text(needs.requirements + ("" if named else "\nmlflow\n"), "utf-8")
        if (needs.folder / "constraints.txt").is_file():
            shutil.copy(needs.folder / "constraints.txt", place / "constraints.txt")
        await self._run(
            log, needs.folder, "pip", "install", "--python", str(place / "bin" / "python"), "-r", str(requirements)
        )

    async def _run(self, log: Path, folder: Path, *arguments: str) -> None:
        _note(log, f"$ uv {' '.join(arguments)}")
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(uv.find_uv_bin(), "--no-progress", *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                cwd=folder,
                start_new_session=True,
            )
        try:
            code = await asyncio.wait_for(process.wait(), BUILD_SECONDS)
        except BaseException as error:  # reason: also when it is cancelled, nobody else knows the process
            process.kill()
            await asyncio.shield(process.wait())
            if not isinstance(error, TimeoutError):
                raise
            raise ModelLoadFailed(f"its environment was not built within {BUILD_SECONDS:g} s") from None
        if code != 0:
            raise ModelLoadFailed(f"its environment cannot be built: {_last_words(log)}")


def _note(log: Path, line: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    start = max((number for number, line in enumerate(lines) if line.startswith("$ uv")), default=0)
    return " ".join(line.strip() for line in lines[start + 1 :])[-600:]
