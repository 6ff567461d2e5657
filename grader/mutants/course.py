"""Mutants of whole topics: made here and run in sandboxes side by side."""

from __future__ import annotations

import concurrent.futures
import hashlib
from collections import deque
from collections.abc import Iterator, Sequence

from grader import content
from grader.content import load_topic
from grader.engines.pool import new_processes
from grader.master import solution_cells
from grader.mutants.program import Program, of_function, of_notebook
from grader.mutants.trial import Found, Trial, Verdict, held_against, run_trials, trials
from grader.plan import PlannedExercise, plan_exercise
from grader.records import Limits
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import best
from reference.catalogue import Topic
from reference.spec import Exercise

SEED = 20_000
# What a right solution needs is far less; a mutant that needs more is killed by it.
LIMITS = Limits(
    cells_seconds=4.0,
    cell_seconds=2.0,
    call_seconds=1.0,
    exercise_seconds=2.0,
    submission_seconds=20.0,
    processor_seconds=20.0,
    memory_bytes=1 << 30,
)
# A process is given so many at a time: few enough that all end at about the same time.
BATCH = 40

_Run = concurrent.futures.Future[tuple[Verdict, ...]]


def programs(topic: Topic, exercise: Exercise) -> tuple[Program, ...]:
    """Return the programs that are mutated: reference, alternatives and the notebook's solution."""
    path = content.solutions() / f"{topic.name}.md"
    master = path.read_text(encoding="utf-8")
    ours = [of_function(function) for function in (exercise.solution, *exercise.alternatives)]
    return (*ours, of_notebook(exercise.name, solution_cells(master), master, f"solutions/{path.name}"))


def sample(all_of_them: Sequence[Trial], most: int | None) -> tuple[Trial, ...]:
    """Return at most so many, always the same ones: a mutant stays in when others come and go."""
    if most is None or len(all_of_them) <= most:
        return tuple(all_of_them)
    chosen = set(sorted(range(len(all_of_them)), key=lambda i: _hash(all_of_them[i]))[:most])
    return tuple(trial for i, trial in enumerate(all_of_them) if i in chosen)


def _hash(trial: Trial) -> bytes:
    return hashlib.sha256(f"{trial.solution}\0{trial.cell}".encode()).digest()


def try_mutants(
    chosen: Sequence[tuple[Topic, Exercise]], jobs: int, *, most: int | None = None, seed: int = SEED
) -> Iterator[Found]:
    """Yield for each exercise, in the order given, what became of its mutants.

    Parameters
    ----------
    chosen : sequence of (Topic, Exercise)
    jobs : int
        Processes side by side.
    most : int, optional
        Mutants that are run of each exercise; all of them where it is left out.
    seed : int
        Draws the hidden cases.

    Raises
    ------
    BuildError
        Where a solution cannot be run by itself or fails a case.
    MachineError
        Where the sandbox fails.
    """
    with new_processes(jobs, _begin) as pool:
        waiting: deque[tuple[Topic, Exercise, Sequence[Trial], list[_Run]]] = deque()
        for topic, exercise in chosen:
            # Making the mutants of one exercise goes on while those of the one before are run.
            made = list(trials(programs(topic, exercise)))
            generated = tuple(trial for _, of_program in made for trial in of_program)
            kept = {id(trial) for trial in sample(generated, most)}
            runs = [
                pool.submit(_run, topic.name, exercise.name, seed, program, part)
                for program, of_program in made
                for part in _batches([trial for trial in of_program if id(trial) in kept])
            ]
            waiting.append((topic, exercise, generated, runs))
            while waiting and all(run.done() for run in waiting[0][-1]):
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())


def _batches(left: Sequence[Trial]) -> Iterator[tuple[Trial, ...]]:
    return (tuple(left[start : start + BATCH]) for start in range(0, len(left), BATCH))


def _result(topic: Topic, exercise: Exercise, generated: Sequence[Trial], runs: Sequence[_Run]) -> Found:
    verdicts = [verdict for run in runs for verdict in run.result()]
    return held_against(exercise, topic.name, generated, verdicts)


_keeper: list[Keeper] = []
_plans: dict[tuple[str, str, int], PlannedExercise] = {}


def _begin() -> None:
    """Make the sandbox of this process: one for all that it will run."""
    _keeper.append(best(LIMITS, ("numpy",)))


def _run(topic: str, exercise: str, seed: int, program: Program, part: Sequence[Trial]) -> tuple[Verdict, ...]:
    key = topic, exercise, seed
    if key not in _plans:
        (found,) = (e for e in load_topic(topic).exercises if e.name == exercise)
        _plans[key] = plan_exercise(found, seed)
    return tuple(run_trials(_plans[key], program, part, _keeper[0]))
