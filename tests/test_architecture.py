"""What holds the project together: who imports whom, what stays small, and what no file may say.

Each rule is a function of text, tried on examples that keep it and examples that break it; then it is held against the
whole project.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STANDARD = frozenset(sys.stdlib_module_names)
LONGEST = 750

# From the bottom to the top; a name stands for the package below it too. Nothing reaches what is above it, not even by
# way of modules that are not listed.
LAYERS = (
    ("reference",),
    ("grader.errors", "grader.records", "grader.text"),
    ("grader.plan", "grader.judge", "grader.diagnose", "grader.score"),
    ("grader.grade",),
    ("grader.engines",),
    ("grader.cohort",),
    ("grader.cli",),
)

# Values in, values out: neither these nor anything of ours that they import may start, wait, listen or read a clock.
PURE = (
    "grader.plan", "grader.judge", "grader.diagnose", "grader.score", "grader.notebook", "grader.report",
    "grader.master", "grader.testfile", "grader.quote", "grader.listing", "grader.text", "grader.records",
    "grader.html", "grader.manual.questions", "grader.manual.collect", "grader.manual.images", "grader.manual.markup",
    "grader.manual.marks", "grader.manual.page", "grader.similarity.tokens", "grader.similarity.compare",
    "grader.similarity.page",
    "grader.mutants.mutate", "grader.mutants.program", "grader.mutants.trial", "grader.mutants.report",
    "grader.review.rewrite",
)  # fmt: skip
IMPURE = frozenset(
    "_thread asyncio concurrent ctypes datetime fcntl mmap multiprocessing os pathlib pty random resource secrets "
    "select selectors shutil signal socket socketserver ssl subprocess tempfile threading time urllib".split()
)

INSIDE = "grader.sandbox.inside"
# The one library that the inside takes, and who may: IPython's own translation of magics, loaded from its files.
TAKEN_INSIDE = {"grader.sandbox.inside.zygote": frozenset({"IPython"})}


def imports(source: str, package: str = "") -> frozenset[str]:
    """Return the full names of what a module imports, in functions too, and by name with importlib.

    Of `from a import b` both `a` and `a.b` are named, for `b` may be a module.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__", "find_spec"}:
                found.add(str(node.args[0].value))
    return frozenset(found)


def tops(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in names)


def below(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def reach(start: str, graph: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the modules of ours that importing `start` may run: all it imports, and the packages they stand in."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in graph:
            continue
        seen.add(name)
        waiting += [*graph[name], name.rpartition(".")[0]]
    return frozenset(seen)


def cycle(graph: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return modules that import each other in a ring, or nothing."""
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return ()
        for other in sorted(graph[name] & graph.keys() - {name}):
            if ring := walk(other, (*path, name)):
                return ring
        done.add(name)
        return ()

    return next((ring for name in sorted(graph) if (ring := walk(name, ()))), ())


def reaches_up(graph: Mapping[str, frozenset[str]], layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return `module -> module above it` for everything that reaches up."""
    found = []
    for i, layer in enumerate(layers):
        higher = [name for upper in layers[i + 1 :] for name in upper]
        for start in sorted(name for name in graph if any(below(name, p) for p in layer)):
            found += [f"{start} -> {n}" for n in sorted(reach(start, graph)) if any(below(n, p) for p in higher)]
    return found


def undocumented(source: str, wanted: str = "") -> list[str]:
    """Return the public names without a docstring; with `wanted`, only the module and that one name are asked."""
    tree = ast.parse(source)
    found = [] if ast.get_docstring(tree) else ["the module"]
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        if wanted and node.name != wanted:
            continue
        if not ast.get_docstring(node):
            found.append(node.name)
        methods = node.body if isinstance(node, ast.ClassDef) else []
        found += [
            f"{node.name}.{m.name}"
            for m in methods
            if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef))
            and not (m.name.startswith("_") or ast.get_docstring(m))
        ]
    return found


def joined(*parts: str) -> bytes:
    """Return a name that this file must not hold either."""
    return "".join(parts).encode()


# Where packages come from is the business of each machine, and so is where files lie on it.
HOSTS = tuple(
    joined(name, ".", domain)
    for name, domain in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npm" + "js", "org"), ("npm" + "js", "com"), ("anaconda", "org"),
        ("proxy.go" + "lang", "org"),
    )
)  # fmt: skip
MACHINE_PATH = re.compile(rb"(?<![\w.~-])/(?:" + joined("wo", "rk|ro", "ot|opt/py", "pi") + rb")/")
DESK = re.compile(joined("work", "place|shared/", "design"), re.IGNORECASE)


def forbidden(text: bytes) -> list[str]:
    """Return what is said in `text` that no file may say."""
    said = [host for host in HOSTS if host in text.lower()]
    said += [m.group() for rule in (MACHINE_PATH, DESK) if (m := rule.search(text))]
    return [s.decode() for s in said]


def files(root: Path, ignored: Iterable[str]) -> Iterator[Path]:
    """Yield every file below `root` but those of the names in `ignored`, lines of .gitignore; git is not needed."""
    patterns = [line.strip().rstrip("/") for line in ignored if line.strip()] + [".git"]
    for path in sorted(root.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in patterns):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files(path, patterns)
        elif path.is_file():
            yield path


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {
    module_name(p): p for package in ("reference", "grader") for p in sorted((ROOT / package).rglob("*.py"))
    if "__pycache__" not in p.parts
}  # fmt: skip
SOURCES = {name: path.read_text(encoding="utf-8") for name, path in PATHS.items()}
GRAPH = {
    name: imports(source, name if PATHS[name].name == "__init__.py" else name.rpartition(".")[0])
    for name, source in SOURCES.items()
}


def every_file() -> list[Path]:
    return list(files(ROOT, (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()))


# The rules, tried.


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os.path", {"os.path"}),
        ("import grader.plan as p, sys", {"grader.plan", "sys"}),
        ("from grader import cli", {"grader", "grader.cli"}),
        ("def f():\n    if 1:\n        from socket import socket", {"socket", "socket.socket"}),
        ("from . import wire", {"a.b", "a.b.wire"}),
        ("from .wire import x", {"a.b.wire", "a.b.wire.x"}),
        ("from ..c import x", {"a.c", "a.c.x"}),
        ("import importlib\nimportlib.import_module('socket')", {"importlib", "socket"}),
        ("__import__('os')", {"os"}),
        ("find_spec('IPython')", {"IPython"}),
        ("'import os'  # import os", set()),
        ("load('os')", set()),
    ],
)
def test_imports_are_found(source, expected) -> None:
    assert imports(source, "a.b") == expected


def test_a_reach_goes_through_modules_and_their_packages() -> None:
    graph = {
        "a": frozenset({"b.c"}),
        "b": frozenset({"d"}),
        "b.c": frozenset({"os"}),
        "d": frozenset(),
        "e": frozenset(),
    }
    assert reach("a", graph) == {"a", "b", "b.c", "d"}


def test_reaching_up_is_found_by_way_of_what_is_not_listed() -> None:
    layers = (("low",), ("high",))
    good = {"low": frozenset({"os"}), "high.x": frozenset({"low", "free"}), "free": frozenset({"low"})}
    assert reaches_up(good, layers) == []
    assert reaches_up({**good, "low": frozenset({"free"}), "free": frozenset({"high.x"})}, layers) == ["low -> high.x"]
    assert reaches_up({"lower": frozenset({"high"}), "high": frozenset()}, layers) == []


def test_a_ring_is_found() -> None:
    assert cycle({"a": frozenset({"b"}), "b": frozenset({"c", "os"}), "c": frozenset()}) == ()
    assert cycle({"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"b"})}) == ("b", "c", "b")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""M."""\ndef f():\n    """F."""\nclass C:\n    """C."""\n    def m(self):\n        """M."""', []),
        ("x = 1", ["the module"]),
        ('"""M."""\ndef f(): ...\ndef _g(): ...', ["f"]),
        ('"""M."""\nasync def f(): ...', ["f"]),
        ('"""M."""\nclass C:\n    def m(self): ...\n    def _n(self): ...\nclass _D: ...', ["C", "C.m"]),
    ],
)
def test_undocumented_names_are_found(source, expected) -> None:
    assert undocumented(source) == expected


def test_of_an_exercise_only_the_solution_is_asked_for_documentation() -> None:
    source = '"""M."""\ndef matvec(A): ...\ndef loops(A): ...'
    assert undocumented(source, "matvec") == ["matvec"]
    assert undocumented(source, "other") == []


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_are_found(host) -> None:
    assert forbidden(b"--index-url https://" + host.upper() + b"/simple")
    assert not forbidden(b"https://www.apache.org/licenses/ " + host.partition(b".")[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (joined("see /wo", "rk/notes"), True),
        (joined('open("/ro', 'ot/.ssh")'), True),
        (joined("file:///opt/py", "pi/simple"), True),
        (joined("our Work", "place"), True),
        (joined("read shared/", "design.md"), True),
        (joined("/box/wo", "rk/file"), False),
        (joined("~/wo", "rk/file"), False),
        (joined("frame", "wo", "rk/ /ro", "ot, /opt/course/"), False),
        (b"a network of roots/", False),
    ],
)
def test_machine_paths_are_found(text, said) -> None:
    assert bool(forbidden(text)) is said


def test_files_leaves_out_what_git_ignores(tmp_path) -> None:
    for name in ("a.py", "a.pyc", ".ci/run", ".venv/x", ".git/x", "deep/marks/x", "deep/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {str(p.relative_to(tmp_path)) for p in files(tmp_path, [".venv/", "*.pyc", "marks/", ""])}
    assert found == {"a.py", ".ci/run", "deep/b"}


# The rules, held.


def test_the_project_is_seen() -> None:
    assert {"reference.spec", "grader.cli", "grader.sandbox.inside.wire"} <= SOURCES.keys()
    assert {ROOT / "Makefile", ROOT / ".ci/run", Path(__file__)} <= set(every_file())
    listed = [*PURE, INSIDE, *(name for layer in LAYERS for name in layer)]
    assert [name for name in listed if name not in SOURCES] == [], "listed here, but there is no such module"


@pytest.mark.parametrize("name", [n for n in SOURCES if below(n, "reference")])
def test_the_reference_needs_numpy_and_nothing_else(name) -> None:
    assert tops(GRAPH[name]) <= STANDARD | {"numpy", "reference"}


@pytest.mark.parametrize("name", [n for n in SOURCES if below(n, INSIDE)])
def test_inside_the_walls_are_the_standard_library_numpy_and_siblings(name) -> None:
    ours = reach(name, GRAPH)
    # The packages that it stands in are imported with it; of the reference only what it hands to students.
    shown = ("reference", "reference.probes")
    assert [n for n in ours if not (below(n, INSIDE) or below(INSIDE, n) or n in shown)] == []
    taken = frozenset().union(*(tops(GRAPH[n]) - TAKEN_INSIDE.get(n, frozenset()) for n in ours))
    assert taken <= STANDARD | {"numpy", "grader", "reference"}


def test_imports_point_down() -> None:
    assert reaches_up(GRAPH, LAYERS) == []


def test_no_modules_import_each_other() -> None:
    assert cycle(GRAPH) == ()


@pytest.mark.parametrize("name", [n for n in SOURCES if any(below(n, p) for p in PURE)])
def test_the_core_is_pure(name) -> None:
    # Reports are values until their last step, which writes them.
    allowed = {"pathlib"} if below(name, "grader.report") else set()
    found = {n: (tops(GRAPH[n]) & IMPURE) - allowed for n in reach(name, GRAPH)}
    assert {n: sorted(impure) for n, impure in found.items() if impure} == {}


def test_modules_stay_short() -> None:
    lengths = {str(p.relative_to(ROOT)): p.read_bytes().count(b"\n") for p in every_file() if p.suffix == ".py"}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("name", SOURCES)
def test_public_names_are_documented(name) -> None:
    exercise = re.fullmatch(r"reference\.\w+\.(\w+)", name)
    assert undocumented(SOURCES[name], exercise[1] if exercise else "") == []


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = {str(p.relative_to(ROOT)): forbidden(p.read_bytes()) for p in every_file()}
    assert {name: said for name, said in found.items() if said} == {}


def test_git_tracks_no_links_and_nothing_it_is_told_to_ignore() -> None:
    if not (ROOT / ".git").exists():
        return  # a source distribution has no more files than it was made of
    git = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files"]
    # A link to a folder such as .venv is not what `.venv/` in .gitignore speaks of.
    staged = subprocess.check_output([*git, "--stage"], text=True).splitlines()
    assert [line for line in staged if line.startswith("120000")] == []
    assert subprocess.check_output([*git, "--cached", "--ignored", "--exclude-standard"], text=True) == ""
