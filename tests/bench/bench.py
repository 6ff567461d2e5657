"""What a submission costs: fullmarks beside its peers and beside the floor, on the same notebooks, in one run.

    make bench                       every topic, a few rounds, on one core
    make bench BENCH="--rounds 9 linear_algebra"
    make bench BENCH="--scale 500"   how time and memory grow with cohort, cells and cases, and what more cores bring

Processor time, not wall time: machines are shared. Every round measures each of the rows once, one after the other, so
that a busy moment falls on all of them; what is printed is the median with the lowest and the highest.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from nbgrader_course import Course

from grader import content
from grader.build import Assignment, build_topic
from grader.cohort import given_of
from grader.engines.early import PRELOAD
from grader.grade import Grader, claims_of, questions_of
from grader.intake import find, read
from grader.judge import judge
from grader.master import solution_cells
from grader.otter import otter_marks
from grader.plan import Plan, PlannedExercise, plan_topic, planned_of
from grader.records import Limits, Question, Submission, Transcript
from grader.sandbox.inside.idle import Given, idle
from grader.sandbox.inside.session import Session
from grader.sandbox.inside.zygote import load_transform
from grader.sandbox.keeper import Keeper
from grader.verify import notebook_of
from reference.catalogue import load_topic, topic_names
from reference.probes import fresh

SEED = 20_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Clock:
    """Processor milliseconds by row, one entry a round."""

    rows: dict[str, list[float]] = field(default_factory=dict)

    def add(self, row: str, seconds: float) -> None:
        """Note a measurement."""
        self.rows.setdefault(row, []).append(1000 * seconds)


@dataclass(frozen=True, kw_only=True)
class Material:
    """One topic as it is measured."""

    name: str
    plan: Plan
    cells: tuple[str, ...]
    notebook: Path
    assignment: Assignment
    files: Mapping[str, bytes]
    given: Given


def prepare(name: str, folder: Path) -> Material:
    """Return a topic with its solution notebook on disk."""
    topic = load_topic(name)
    plan = plan_topic(topic, SEED)
    master = (content.solutions() / f"{name}.md").read_text(encoding="utf-8")
    files = content.data_files(name)
    config = json.loads(content.otter_config().read_text(encoding="utf-8"))
    assignment = build_topic(topic, plan, master, config, files)
    cells = tuple(solution_cells(master))
    notebook = folder / f"{name}.ipynb"
    notebook.write_bytes(notebook_of(cells, name))
    return Material(
        name=name,
        plan=plan,
        cells=cells,
        notebook=notebook,
        assignment=assignment,
        files=files,
        given=given_of(topic),
    )


class Watched:
    """A sandbox that notes what the parts of a run take.

    Parameters
    ----------
    keeper : Keeper
    clock : Clock
    """

    def __init__(self, keeper: Keeper, clock: Clock) -> None:
        self.isolation = keeper.isolation
        self._keeper, self._clock = keeper, clock
        self.seconds = 0.0

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...], spent: float = 0.0) -> Transcript:
        """Run, and note the parent's time and the child's."""
        start = time.process_time()
        transcript = self._keeper.run(cells, questions, spent)
        parent = time.process_time() - start
        self._clock.add("  parent, talking", parent)
        self._clock.add("  child", transcript.cpu_seconds)
        self.seconds = parent + transcript.cpu_seconds
        return transcript


def server_seconds(keeper: Keeper) -> float:
    """Return the processor time of the processes of a keeper so far, without that of its children."""
    below = {keeper._process.pid}
    total = 0.0
    for folder in sorted((p for p in Path("/proc").iterdir() if p.name.isdigit()), key=lambda p: int(p.name)):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) in below or int(fields[1]) in below:
            below.add(int(folder.name))
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def ours(material: Material, keeper: Keeper, clock: Clock, repeat: int) -> None:
    """Measure one warm submission, by phase; the server's clock is coarse, so over several."""
    watched = Watched(keeper, clock)
    grader = Grader({material.name: material.plan}, watched, only=material.name)
    grader.grade(Submission(name="warm", student="", sha256="", cells=material.cells))
    totals = []
    served = server_seconds(keeper)
    for _ in range(repeat):
        start = time.process_time()
        (found,) = find((material.notebook,))
        submission = read(found)
        clock.add("  intake", time.process_time() - start)
        result = grader.grade(submission)
        parent = time.process_time() - start
        if result.total != material.plan.possible:
            sys.exit(f"{material.name}: the solution earned {result.total:g}: {result.reason}")
        run = watched.seconds
        clock.add(
            "  judging and marks",
            parent - clock.rows["  intake"][-1] / 1000 - clock.rows["  parent, talking"][-1] / 1000,
        )
        totals.append(parent + run - clock.rows["  parent, talking"][-1] / 1000)
    server = (server_seconds(keeper) - served) / repeat
    clock.add("  server", server)
    clock.add("fullmarks grade", statistics.median(totals) + server)


def nothing(keeper: Keeper, clock: Clock) -> None:
    """Measure a run of nothing: walls, fork, exit."""
    start = time.process_time()
    transcript = keeper.run(("",), ())
    clock.add("  (a run of nothing)", time.process_time() - start + transcript.cpu_seconds)


def floor(material: Material, transform: Callable[[str], str], clock: Clock) -> None:
    """Measure the same cells and calls in this process, which has done it before; then all cells and the calls."""
    asked = [planned.exercise.name for planned in material.plan.exercises]
    run_warm(
        material, transform, idle(material.cells, material.given, asked), clock, "floor: same cells and calls, warm"
    )
    run_warm(material, transform, set(), clock, "all cells and the calls, warm")


def run_warm(material: Material, transform: Callable[[str], str], left_out: set[int], clock: Clock, row: str) -> None:
    """Measure cells and calls in this process, which has done it before."""
    with tempfile.TemporaryDirectory() as folder:
        for path, data in material.files.items():
            (Path(folder) / path).parent.mkdir(exist_ok=True)
            (Path(folder) / path).write_bytes(data)
        here = Path.cwd()
        os.chdir(folder)
        try:
            start = time.process_time()
            session = Session(transform, keeps_results=False)
            with session.stage():
                for number, cell in enumerate(material.cells):
                    if number not in left_out:
                        session.run_cell(number, cell)
                for planned in material.plan.exercises:
                    function = session.namespace[planned.exercise.name]
                    for arguments in planned.question.calls:
                        with contextlib.suppress(ValueError):
                            function(*map(fresh, arguments))
            clock.add(row, time.process_time() - start)
        finally:
            os.chdir(here)


def children(run: Callable[..., object], *arguments: object) -> float:
    """Return the processor time of the processes that `run` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cold(clock: Clock) -> None:
    """Measure the start of a Python with numpy."""
    clock.add("cold python + numpy", children(subprocess.run, [sys.executable, "-c", "import numpy"]))


def spread(values: list[float]) -> str:
    """Return median, lowest and highest."""
    return f"{statistics.median(values):9.1f}  {min(values):9.1f} to {max(values):9.1f}"


def compare(names: list[str], rounds: int, repeat: int, nbgrader: str) -> None:
    """Print a table for each topic."""
    transform = load_transform()
    with tempfile.TemporaryDirectory(prefix="fullmarks-bench-") as folder:
        for name in names:
            material = prepare(name, Path(folder))
            course = Course(Path(folder) / f"nbgrader-{name}", nbgrader, material) if nbgrader else None
            clock = Clock()
            with Keeper(Limits(), preload=PRELOAD, files=material.files, given=material.given) as keeper:
                floor(material, transform, Clock())
                for _ in range(rounds):
                    ours(material, keeper, clock, repeat)
                    nothing(keeper, clock)
                    floor(material, transform, clock)
                    cold(clock)
                    clock.add("otter run", children(otter_marks, material.notebook, material.assignment.autograder))
                    if course:
                        clock.add("nbgrader autograde", children(course.autograde))
            show(name, clock)


def show(name: str, clock: Clock) -> None:
    """Print one table."""
    mine = statistics.median(clock.rows["fullmarks grade"])
    print(f"\n{name}: CPU ms per submission: median, lowest to highest\n")
    for row, values in clock.rows.items():
        ratio = statistics.median(values) / mine
        print(f"{row:36} {spread(values)}" + ("" if row.startswith(" ") else f"   x {ratio:6.2f}"))


def scale(most: int) -> None:
    """Print how time and memory grow with the number of submissions, and what more jobs bring."""
    cores = len(os.sched_getaffinity(0))
    topic = load_topic("linear_algebra")
    print("submissions  jobs   wall s   wall ms each   largest process MB")
    with tempfile.TemporaryDirectory(prefix="fullmarks-bench-") as folder:
        material = prepare(topic.name, Path(folder))
        sizes = sorted({max(most // 100, 10), max(most // 10, 10), most})
        runs = [(n, cores) for n in sizes] + [(sizes[1], j) for j in (1, 2, 4) if j <= cores and j != cores]
        for number, jobs in runs:
            cohort = Path(folder) / f"cohort-{number}"
            cohort.mkdir(exist_ok=True)
            for i in range(number):
                (cohort / f"s{i:05}.ipynb").write_bytes(notebook_of((*material.cells, f"number = {i}"), topic.name))
            code = (
                "import sys; from pathlib import Path; sys.argv = ['fullmarks', 'grade', sys.argv[1], '-o', sys.argv[2], "
                "'--jobs', sys.argv[3], '--quiet', '--force']; from grader.cli import main; main()"
            )
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", code, str(cohort), f"{folder}/out-{number}-{jobs}", str(jobs)], check=True
            )
            wall = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"{number:11}  {jobs:4}  {wall:7.1f}  {1000 * wall / number:13.1f}  {peak:19.0f}", flush=True)


def curves() -> None:
    """Print how the time of one submission grows with its cells and with the cases of its exercises."""
    topic = load_topic("linear_algebra")
    with tempfile.TemporaryDirectory(prefix="fullmarks-bench-") as folder:
        material = prepare(topic.name, Path(folder))
        with Keeper(Limits(), preload=PRELOAD, files=material.files, given=material.given) as keeper:
            print("\nmore cells  CPU ms  ms each")
            least = seconds_of(keeper, material.cells, material.plan.exercises)
            for more in (100, 1000, 5000):
                added = tuple(f"number_{i} = [{i}, {i}]\nprint(number_{i})" for i in range(more))
                taken = seconds_of(keeper, (*material.cells, *added), material.plan.exercises)
                print(f"{more:10}  {1000 * taken:6.0f}  {1000 * (taken - least) / more:7.3f}", flush=True)
            print("\nmore cases  CPU ms  ms each")
            for times in (1, 10, 100):
                exercises = [planned_of(p.exercise, p.cases * (1 + times)) for p in material.plan.exercises]
                more = times * sum(len(p.cases) for p in material.plan.exercises)
                taken = seconds_of(keeper, material.cells, exercises)
                print(f"{more:10}  {1000 * taken:6.0f}  {1000 * (taken - least) / more:7.3f}", flush=True)


def seconds_of(keeper: Keeper, cells: tuple[str, ...], exercises: Sequence[PlannedExercise]) -> float:
    """Return the processor time of a run and of judging it, the median of five."""
    taken = []
    for _ in range(5):
        start = time.process_time()
        transcript = keeper.run(cells, questions_of(exercises))
        for planned, claims in zip(exercises, claims_of(exercises, transcript), strict=True):
            if not all(finding.passed for case in judge(planned, claims) for finding in case):
                sys.exit(f"{planned.exercise.name}: the solution fails")
        taken.append(time.process_time() - start + transcript.cpu_seconds)
    return statistics.median(taken)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("topics", nargs="*", help="all of them, where none is named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=20, help="warm submissions of ours in each round")
    parser.add_argument(
        "--nbgrader", default="", metavar="PYTHON", help="a Python that has nbgrader, to measure it too"
    )
    parser.add_argument(
        "--scale", type=int, default=0, metavar="N", help="grow a cohort up to N, and a notebook, instead"
    )
    chosen = parser.parse_args()
    if chosen.scale:
        scale(chosen.scale)
        curves()
        return
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, core {core}, {chosen.rounds} rounds")
    compare(chosen.topics or list(topic_names()), chosen.rounds, chosen.repeat, chosen.nbgrader)


if __name__ == "__main__":
    main()
