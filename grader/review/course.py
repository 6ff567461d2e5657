"""Seeds, wrong implementations and reviews of whole topics, in processes side by side."""

from __future__ import annotations

import concurrent.futures
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader import content
from grader.content import load_topic
from grader.engines.pool import new_processes
from grader.grade import run_trusted
from grader.mutants.course import LIMITS, SEED, try_mutants
from grader.plan import PlannedExercise, plan_exercise
from grader.records import Question
from grader.review import diagnosis, seeds
from grader.review.cases import Review, review
from grader.review.diagnosis import Diagnosed, Draw, Implementation, Named
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import best
from reference.catalogue import Topic
from reference.spec import Exercise

# A process is given so much at a time: little enough that all end at about the same time.
SEEDS_AT_ONCE = 5
RUNS_AT_ONCE = 40
# The first run of a function is slower than those that follow.
RUNS = 3

_Chosen = Sequence[tuple[Topic, Exercise]]


def try_seeds(chosen: _Chosen, jobs: int, count: int) -> Iterator[seeds.Seeded]:
    """Yield for each exercise, in the order given, what is wrong under so many seeds and how narrow its margins are.

    Parameters
    ----------
    chosen : sequence of (Topic, Exercise)
    jobs : int
        Processes side by side.
    count : int
        How many seeds.

    Raises
    ------
    AuthorError
        Where a function of an exercise raises in a place where nothing else can be said of it.
    MachineError
        Where a process ends.
    """
    drawn = seeds.draw_seeds(count)
    with new_processes(jobs) as pool:
        runs = [
            [pool.submit(_seeds, topic.name, exercise.name, part) for part in _parts(drawn, SEEDS_AT_ONCE)]
            for topic, exercise in chosen
        ]
        for (topic, exercise), parts in zip(chosen, runs, strict=True):
            yield seeds.gathered(topic.name, exercise.name, [tried for part in parts for tried in part.result()])


def try_names(chosen: _Chosen, jobs: int, *, most: int | None = None) -> Iterator[Diagnosed]:
    """Yield for each exercise, in the order given, what its wrong implementations are called.

    Parameters
    ----------
    chosen : sequence of (Topic, Exercise)
    jobs : int
        Processes side by side.
    most : int, optional
        Implementations that are run of each exercise, its misconceptions in any case; all where it is left out.

    Raises
    ------
    BuildError, UsageError
        Where mutants cannot be made.
    MachineError
        Where the sandbox fails.
    """
    with new_processes(jobs, _begin) as pool:
        making = [pool.submit(_implementations, topic.name, exercise.name) for topic, exercise in chosen]
        running: list[tuple[int, int, list[concurrent.futures.Future[tuple[Named, ...]]]]] = []
        for (topic, exercise), made in zip(chosen, making, strict=True):
            everything = made.result()
            some = sample(everything, most)
            parts = _parts(some, RUNS_AT_ONCE)
            tasks = [pool.submit(_name, topic.name, exercise.name, part) for part in parts]
            running.append((len(everything), len(some), tasks))
        for (topic, exercise), (generated, run, tasks) in zip(chosen, running, strict=True):
            yield Diagnosed(
                topic=topic.name,
                exercise=exercise.name,
                misconceptions=tuple(m.name for m in exercise.misconceptions),
                generated=generated,
                run=run,
                named=tuple(named for task in tasks for named in task.result() if named.wrong),
            )


def reviews(chosen: _Chosen, jobs: int, *, count: int, most: int | None = None) -> Iterator[Review]:
    """Yield what the author of each exercise reads, in the order given.

    Parameters
    ----------
    chosen : sequence of (Topic, Exercise)
    jobs : int
        Processes side by side.
    count : int
        How many seeds are tried.
    most : int, optional
        Mutants, and wrong implementations, that are run of each exercise; all where it is left out.

    Raises
    ------
    AuthorError, BuildError, UsageError, MachineError
        As the functions above and `grader.mutants.course.try_mutants`.
    """
    for pair in chosen:
        # One after the other: the first page is there soon, and times are taken while nothing else of ours runs.
        (seeded,) = try_seeds([pair], jobs, count)
        (found,) = try_mutants([pair], jobs, most=most)
        (diagnosed,) = try_names([pair], jobs, most=most)
        _, exercise = pair
        drawn = diagnosis.draw(exercise, SEED)
        yield review(drawn.planned, drawn.known, times(drawn.planned), seeded, found, diagnosed)


def times(planned: PlannedExercise) -> dict[str, float]:
    """Return the processor time that the slowest right solution takes for each case, the best of a few runs."""
    right = (planned.exercise.solution, *planned.exercise.alternatives)
    return {
        p.case.name: max(
            min(_time(function, planned.exercise.name, p.inputs) for _ in range(RUNS)) for function in right
        )
        for p in planned.cases
    }


def _time(function: Callable[..., Any], name: str, inputs: tuple[Any, ...]) -> float:
    question = Question(function=name, calls=(inputs,))
    start = time.process_time()
    run_trusted(function, question)
    return time.process_time() - start


def sample(everything: Sequence[Implementation], most: int | None) -> tuple[Implementation, ...]:
    """Return at most so many, always the same ones, and the misconceptions themselves before all others."""
    if most is None or len(everything) <= most:
        return tuple(everything)
    chosen = set(sorted(range(len(everything)), key=lambda i: _order(everything[i]))[:most])
    return tuple(one for i, one in enumerate(everything) if i in chosen)


def _order(one: Implementation) -> tuple[bool, bytes]:
    return one.kind != "misconception", hashlib.sha256(f"{one.origin}\0{one.cell}".encode()).digest()


def _parts(everything: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [everything[start : start + size] for start in range(0, len(everything), size)]


def _exercise(topic: str, name: str) -> Exercise:
    return next(e for e in load_topic(topic).exercises if e.name == name)


def _seeds(topic: str, name: str, part: Sequence[int]) -> list[seeds.Tried]:
    try:
        return [seeds.try_seed(_exercise(topic, name), seed) for seed in part]
    except Exception as error:
        fault = content.author_error(error)
        if fault is None:
            raise
        raise fault from error


_keeper: list[Keeper] = []
_draws: dict[tuple[str, str], tuple[Draw, ...]] = {}


def _begin() -> None:
    """Make the sandbox of this process: one for all that it will run."""
    _keeper.append(best(LIMITS, ("numpy",)))


def _implementations(topic: str, name: str) -> tuple[Implementation, ...]:
    exercise = _exercise(topic, name)
    return tuple(diagnosis.implementations(exercise, diagnosis.arrays_of(plan_exercise(exercise, SEED))))


def _name(topic: str, name: str, part: Sequence[Implementation]) -> tuple[Named, ...]:
    if (topic, name) not in _draws:
        _draws.clear()  # exercises come one after the other
        exercise = _exercise(topic, name)
        _draws[topic, name] = tuple(diagnosis.draw(exercise, seed) for seed in (SEED, *diagnosis.FRESH))
    seen, *fresh = _draws[topic, name]
    return tuple(diagnosis.name_all(part, seen, fresh, _keeper[0]))
