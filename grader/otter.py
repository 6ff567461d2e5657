"""Asking stock Otter for its marks, to hold ours against."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.errors import MachineError


def otter_marks(submission: Path, autograder: bytes, seconds: float = 120.0) -> dict[str, float] | None:
    """Return what `otter run` gives a submission, by exercise, or None where Otter does not survive it.

    Otter runs what is in the submission without walls: this is for notebooks of ours.

    Parameters
    ----------
    submission : Path
        A notebook, script or zip.
    autograder : bytes
        The autograder zip.
    seconds : float
        Wall time after which Otter is taken not to survive; it has no limit of its own.

    Raises
    ------
    MachineError
        Where Otter's results cannot be understood.
    """
    with tempfile.TemporaryDirectory(prefix="fullmarks-otter-") as name:
        folder = Path(name)
        (folder / "autograder.zip").write_bytes(autograder)
        (folder / "out").mkdir()
        command = [sys.executable, "-m", "otter", "run", str(submission.resolve()), "--no-logo"]
        command += ["-a", "autograder.zip", "-o", "out"]
        # A home of its own: IPython, matplotlib and Jupyter keep files there, and runs go on side by side.
        environment = {**os.environ, "HOME": name, "MPLCONFIGDIR": name, "IPYTHONDIR": name, "MPLBACKEND": "agg"}
        try:
            subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL,
                timeout=seconds, check=True,
            )  # fmt: skip
            results = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
        except (subprocess.SubprocessError, OSError, ValueError):
            return None
    try:
        return {test["name"].split(" ")[0]: float(test["score"]) for test in results["tests"] if "score" in test}
    except (KeyError, TypeError, ValueError) as error:
        msg = f"the results of otter run have an unknown form: {error}"
        raise MachineError(msg) from error
