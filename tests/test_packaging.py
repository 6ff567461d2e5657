"""The lock, the distributions, and the command as it runs from an installed wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from grader import __version__, content
from grader.errors import MachineError
from reference.catalogue import load_topic

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(name: str) -> str:
    """Return a name as the lock writes it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def entries(lock: str) -> dict[str, str]:
    """Return the entries of a lock, pin and hashes, by `name==version ; marker`."""
    parts = re.split(r"\n(?=\S)", lock.strip())
    return {part.split(" \\\n")[0]: part for part in parts}


def test_the_lock_names_no_address_and_no_option() -> None:
    assert "://" not in LOCK
    assert [line for line in LOCK.splitlines() if not re.match(r"[a-z0-9]|    --hash=sha256:[0-9a-f]{64}", line)] == []


def test_every_entry_of_the_lock_is_pinned_and_hashed() -> None:
    for name, entry in entries(LOCK).items():
        assert re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", name), name
        assert "--hash=sha256:" in entry, name


def test_all_that_the_project_asks_for_is_locked() -> None:
    locked = {normal(name) for name in entries(LOCK)}
    project = PROJECT["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"], *PROJECT["build-system"]["requires"]]
    assert {normal(name) for name in asked} - locked == set()


@pytest.mark.parametrize(
    "part", [content.solutions, content.assignments, content.submissions, content.attacks, content.otter_config]
)
def test_a_missing_part_of_the_course_is_one_clear_line(part, tmp_path, monkeypatch) -> None:
    assert part().is_relative_to(ROOT)
    monkeypatch.setattr(content, "_PACKAGED", tmp_path)
    with pytest.raises(MachineError, match=r"^.+: expected a part of the course here, .*; install fullmarks again$"):
        part()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Return a wheel built from the unpacked source distribution, so that both are held to the same."""
    built = tmp_path_factory.mktemp("built")
    hatchling(ROOT, "sdist", built)
    (sdist,) = built.glob("*.tar.gz")
    # Python 3.11.2, as in Debian 12, knows no filter for tarfile, and 3.12 warns where none is named.
    run(["tar", "-xzf", str(sdist)], built)
    hatchling(built / sdist.name.removesuffix(".tar.gz"), "wheel", built)
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Return the bin folder of an environment with the wheel installed, and the dependencies that are here already."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    # pip of the Python that this environment was made from, as in set-up: the environment itself has none.
    pip = [str(Path(sys.executable).resolve()), "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], folder)
    packages = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    Path(packages.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def hatchling(project: Path, target: str, folder: Path) -> None:
    run([sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)], project)


def run(command: list[str], folder: Path) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def course(root: Path, *names: str) -> set[str]:
    """Return the files below the folders `names` of `root`, Python's own litter left out."""
    found = (p for name in names for p in [root / name, *(root / name).rglob("*")] if p.is_file())
    return {str(p.relative_to(root)) for p in found if "__pycache__" not in p.parts}


@pytest.mark.slow
def test_the_wheel_holds_the_code_and_the_whole_course(wheel) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = course(ROOT, "grader", "reference")
    expected |= {f"grader/course/{n}" for n in course(ROOT, "solutions", "assignments", "otter_config.json")}
    expected |= {f"grader/course/{n}" for name in ("submissions", "attacks") for n in course(ROOT / "tests", name)}
    info = f"fullmarks-{__version__}.dist-info"
    assert {n for n in names if not n.startswith(info)} == expected
    assert f"{info}/licenses/LICENSE" in names


@pytest.mark.slow
def test_the_installed_command_finds_the_course_from_an_empty_folder(installed, tmp_path) -> None:
    assert run([str(installed / "fullmarks"), "--version"], tmp_path) == f"fullmarks {__version__}\n"
    assert "grade" in run([str(installed / "fullmarks"), "--help"], tmp_path)
    listed = run([str(installed / "fullmarks"), "cases", "linear_algebra"], tmp_path)
    for exercise in load_topic("linear_algebra").exercises:
        assert exercise.name in listed

    source = "from grader import content as c; print(c.solutions(), c.assignments(), c.submissions(), c.attacks(), c.otter_config(), sep='\\n')"
    for line in run([str(installed / "python"), "-c", source], tmp_path).splitlines():
        assert Path(line).is_relative_to(installed.parent)
        assert Path(line).exists()
    assert "committed assignments are" in run([str(installed / "fullmarks"), "build", "--check"], tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.walls
def test_the_installed_command_starts_builds_and_verifies_a_course_anywhere(installed, tmp_path) -> None:
    fullmarks = str(installed / "fullmarks")
    assert "wrote course.toml\n" in run([fullmarks, "new", "rates/present_value"], tmp_path)
    # What is told apart from the example is text; without it the example is a course that is right.
    for path in (*tmp_path.rglob("*.py"), *tmp_path.rglob("*.md")):
        path.write_text(path.read_text(encoding="utf-8").replace("TODO", "DONE"), encoding="utf-8")
    assert (
        run([fullmarks, "build"], tmp_path)
        == "built assignments/rates and dist/rates-autograder.zip\nwrote exercises.md\n"
    )
    said = run([fullmarks, "verify"], tmp_path)
    assert "rates: our marks of 2 notebooks are those of otter run\nrates: verified in " in said
