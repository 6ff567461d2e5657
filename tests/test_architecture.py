"""The direction of imports, and what may stand in the repository."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "reference").rglob("*.py"), *(ROOT / "grader").rglob("*.py")])
STDLIB = sys.stdlib_module_names

# Each may import those before it in the list, not those after it.
LAYERS = [
    "reference",
    "grader.records grader.errors grader.text",
    "grader.sandbox.inside",
    "grader.plan grader.sandbox.fake grader.sandbox.seccomp grader.sandbox.policy grader.notebook grader.quote grader.report.files",
    "grader.judge grader.score grader.sandbox.keeper grader.archive grader.report.results",
    "grader.diagnose grader.testfile grader.sandbox.walls grader.gradebook grader.intake grader.report.scores grader.listing",
    "grader.master grader.otter grader.content",
    "grader.build grader.grade",
    "grader.verify grader.engines.local",
    "grader.cohort",
    "grader.prove",
    "grader.cli",
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names.split()}
# These decide about marks: they may not start processes, open connections or touch the disk.
PURE = ["plan", "judge", "diagnose", "score", "records", "notebook", "listing", "testfile", "quote"]
IMPURE = {"subprocess", "socket", "os", "shutil", "tempfile", "pathlib", "multiprocessing", "threading", "time"}


def imports(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def rank_of(module: str) -> int | None:
    names = [name for name in RANK if module == name or module.startswith(name + ".")]
    return RANK[max(names, key=len)] if names else None


def wrong_directions(module: str, source: str) -> list[str]:
    mine = rank_of(module)
    return [
        name for name in imports(source) if mine is not None and (theirs := rank_of(name)) is not None and theirs > mine
    ]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_one_way(path: Path) -> None:
    assert wrong_directions(module_name(path), path.read_text(encoding="utf-8")) == []


def test_a_wrong_direction_is_noticed() -> None:
    assert "grader.cli" in wrong_directions("reference.spec", "from grader.cli import main")
    assert wrong_directions("grader.judge", "from reference.marking import show") == []


def test_every_module_has_its_place() -> None:
    homeless = [module_name(p) for p in MODULES if rank_of(module_name(p)) is None]
    packages = {"grader", "grader.sandbox", "grader.engines", "grader.report"}
    assert set(homeless) <= packages


def outsiders(source: str, allowed: tuple[str, ...]) -> set[str]:
    tops = {name.split(".")[0] for name in imports(source)}
    return {top for top in tops if top not in STDLIB and top not in allowed}


@pytest.mark.parametrize("path", sorted((ROOT / "reference").rglob("*.py")), ids=module_name)
def test_the_reference_needs_numpy_only(path: Path) -> None:
    assert outsiders(path.read_text(encoding="utf-8"), ("numpy", "reference")) == set()


@pytest.mark.parametrize("path", sorted((ROOT / "grader/sandbox/inside").glob("*.py")), ids=module_name)
def test_what_runs_inside_needs_numpy_only(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert outsiders(source, ("numpy", "grader")) == set()
    ours = {name for name in imports(source) if name.startswith("grader")}
    assert all(name.startswith("grader.sandbox.inside") for name in ours)


def test_an_outsider_is_noticed() -> None:
    assert outsiders("import pandas\nimport json", ("numpy",)) == {"pandas"}


@pytest.mark.parametrize("name", PURE)
def test_the_core_is_pure(name: str) -> None:
    found = {i.split(".")[0] for i in imports((ROOT / "grader" / f"{name}.py").read_text(encoding="utf-8"))}
    assert found & IMPURE == set()


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_modules_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 600


def test_no_committed_file_names_a_registry_or_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.fail("git ls-files does not work here: run the tests in a checkout")
    forbidden = [
        "pypi." + "org",
        "pythonhosted" + ".org",
        "registry." + "npmjs",
        "/wo" + "rk/main",
        "/ro" + "ot/",
        "shared/" + "design",
    ]
    texts = {n: (ROOT / n).read_bytes() for n in listed.stdout.decode().split("\0") if n and (ROOT / n).is_file()}
    assert len(texts) > 50
    assert [(n, f) for n, text in texts.items() for f in forbidden if f.encode() in text] == []
