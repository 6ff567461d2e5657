"""What authors of exercises do: start, build, verify, review, list."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from grader import content
from grader.cli.options import FOUND_WRONG, cores, course_option, exercises_of, jobs_option, say, seed_option, topics_of
from grader.content import topic_names
from grader.errors import UsageError

sample_option = click.option(
    "--sample", type=click.IntRange(min=1), default=None, metavar="N", help="At most N mutants an exercise."
)
topic_arguments = click.argument("topics", nargs=-1, metavar="[TOPIC]...")


@click.command(short_help="Start an exercise of your own: files that work, to be filled in.")
@click.argument("what", metavar="TOPIC/EXERCISE")
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the course.  [default: where course.toml is, from here upwards; without any, here]",
)
def new(what: str, course: Path | None) -> None:
    """Start an exercise, and the course and the topic where they are new: files that work, to be filled in."""
    from grader.author import start  # noqa: PLC0415

    folder = course or content.own()
    if folder is None and not content.in_checkout():
        folder = Path()
    with content.using(folder):
        for line in start(what, folder):
            click.echo(line)


@click.command(short_help="Make the students' notebooks and the autograder zips.")
@topic_arguments
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a committed assignment is stale.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the students' assignments.  [default: assignments]",
)
@click.option(
    "--autograders",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the autograder zips, which hold the hidden cases.  [default: dist]",
)
@seed_option
@course_option
def build(topics: tuple[str, ...], check: bool, output: Path | None, autograders: Path | None, seed: int) -> None:  # noqa: FBT001
    """Make the students' assignments and the autograder zips with Otter."""
    from grader.build import build_topic, differences, write_files  # noqa: PLC0415 - slow imports stay out of the others
    from grader.listing import course_page  # noqa: PLC0415
    from grader.plan import plan_topic  # noqa: PLC0415

    # An installed copy is compared with, never written over.
    folder = output or (Path("assignments") if content.installed() and not check else content.assignments())
    chosen = topics_of(topics)
    zips = autograders or content.autograders()
    page = content.exercise_page() if not topics and output is None else None
    stale = []
    for topic in chosen:
        master = read_text(content.solutions() / f"{topic.name}.md")
        config = json.loads(read_text(content.otter_config()))
        made = build_topic(topic, plan_topic(topic, seed), master, config, content.data_files(topic.name))
        if check:
            stale += [
                f"{folder / topic.name}: {line}; run fullmarks build"
                for line in differences(made.student, folder / topic.name)
            ]
            continue
        try:
            write_files(made.student, folder / topic.name)
            write_files({f"{topic.name}-autograder.zip": made.autograder}, zips)
        except OSError as error:
            msg = f"{error.filename}: cannot be written: {error.strerror}"
            raise UsageError(msg) from error
        click.echo(f"built {folder / topic.name} and {zips / (topic.name + '-autograder.zip')}")
    if (
        page
        and check
        and (not page.is_file() or page.read_text(encoding="utf-8") != course_page(chosen, content.title()))
    ):
        stale.append(f"{page}: is not what the catalogue says; run fullmarks build")
    elif page and not check:
        page.write_text(course_page(chosen, content.title()), encoding="utf-8")
        click.echo(f"wrote {page}")
    for line in stale:
        say(line)
    if stale:
        sys.exit(FOUND_WRONG)
    if check:
        click.echo("the committed assignments are what the reference and the masters make")


@click.command(short_help="Prove references, hidden cases, notebooks and graders right.")
@click.argument("topics", nargs=-1, metavar="[TOPIC[/EXERCISE]]...")
@jobs_option
@click.option("--otter/--no-otter", default=True, help="Compare with otter run, which takes seconds a notebook.")
@click.option(
    "--mutants",
    is_flag=True,
    help="Instead, put small mistakes into all solutions, one at a time, and show those that no hidden case finds.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="Instead, verify under N seeds, and show how near right solutions come to failing.",
)
@click.option(
    "--diagnosis",
    is_flag=True,
    help="Instead, show how often wrong implementations are told by the right name, by a wrong one or by none.",
)
@sample_option
@click.option(
    "--seed", type=click.IntRange(min=0), default=None, metavar="S", help="Draw the cases that mutants meet anew."
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of every mutant, seed or name as JSON.")
@course_option
def verify(
    topics: tuple[str, ...],
    jobs: int | None,
    otter: bool,  # noqa: FBT001
    mutants: bool,  # noqa: FBT001
    seeds: int | None,
    diagnosis: bool,  # noqa: FBT001
    sample: int | None,
    seed: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Prove that references, hidden cases, notebooks and graders are right."""
    from grader.prove import prove_topics  # noqa: PLC0415

    if mutants + diagnosis + bool(seeds) > 1 or (seeds and sample):
        msg = "--mutants, --seeds and --diagnosis are different runs, and --sample goes with the first and the last"
        raise UsageError(msg)
    if seed is not None and not mutants:
        msg = "--seed goes with --mutants; --seeds N tries as many seeds, always the same ones"
        raise UsageError(msg)
    if mutants:
        sys.exit(FOUND_WRONG if try_mutants(topics, cores(jobs), sample, seed, as_json=as_json) else 0)
    if seeds or diagnosis:
        from grader.review.commands import show_names, show_seeds  # noqa: PLC0415

        chosen = [pair for name in topics or topic_names() for pair in exercises_of(name)]
        show = partial(show_seeds, count=seeds) if seeds else partial(show_names, most=sample)
        sys.exit(FOUND_WRONG if show(chosen, cores(jobs), say=say, as_json=as_json) else 0)
    if sample or as_json or any("/" in name for name in topics):
        msg = "--sample, --json and TOPIC/EXERCISE go with --mutants, --seeds or --diagnosis; else topics are verified whole"
        raise UsageError(msg)
    names = [topic.name for topic in topics_of(topics)]
    faults = 0
    for name, (seconds, steps) in zip(names, prove_topics(names, cores(jobs), otter=otter), strict=True):
        for line, found in steps:
            click.echo(line)
            for fault in found:
                say(str(fault))
            faults += len(found)
        click.echo(f"{name}: {'verified' if not any(f for _, f in steps) else 'faults found'} in {seconds:.0f} s")
    if faults:
        say(f"fullmarks: {faults} faults")
        sys.exit(FOUND_WRONG)


def try_mutants(names: Sequence[str], jobs: int, sample: int | None, seed: int | None, *, as_json: bool) -> int:
    """Print what became of mutants, and return how many survive or are declared wrongly."""
    from grader.mutants import course, report  # noqa: PLC0415

    chosen = [pair for name in names or topic_names() for pair in exercises_of(name)]
    founds = []
    for found in course.try_mutants(chosen, jobs, most=sample, seed=course.SEED if seed is None else seed):
        founds.append(found)
        if not as_json:
            click.echo(report.as_text(found))
            for fault in found.faults:
                say(f"{found.topic}/{found.exercise}: {fault}")
    if as_json:
        click.echo(json.dumps(report.as_data(founds), indent=2))
    survived, faults = sum(len(f.survived) for f in founds), sum(len(f.faults) for f in founds)
    if survived or faults:
        say(f"fullmarks: {survived} mutants survive, {faults} declarations are wrong")
    return survived + faults


@click.command(short_help="Show what each hidden case catches, and what slips through.")
@click.argument("what", nargs=-1, required=True, metavar="TOPIC[/EXERCISE]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None, help="HTML file to write as well.")
@click.option("--seeds", type=click.IntRange(min=1), default=10, show_default=True, help="How many seeds to try.")
@sample_option
@jobs_option
@course_option
def review(what: tuple[str, ...], output: Path | None, seeds: int, sample: int | None, jobs: int | None) -> None:
    """Show the author of exercises what each case catches, what slips through, and how fair and fast the cases are."""
    from grader.review.commands import show_review  # noqa: PLC0415

    chosen = [pair for name in what for pair in exercises_of(name)]
    sys.exit(FOUND_WRONG if show_review(chosen, cores(jobs), seeds, sample, output, say) else 0)


@click.command(short_help="List the cases of an exercise, and why each exists.")
@click.argument("what", metavar="TOPIC[/EXERCISE]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the inputs of every case.")
@seed_option
@course_option
def cases(what: str, as_json: bool, seed: int) -> None:  # noqa: FBT001
    """List the cases of a topic or an exercise: name, kind, points, and why each exists."""
    from grader.listing import as_data, as_text  # noqa: PLC0415
    from grader.plan import plan_exercise  # noqa: PLC0415

    chosen = exercises_of(what)
    planned = [plan_exercise(exercise, seed) for _, exercise in chosen]
    click.echo(json.dumps(as_data(chosen[0][0].name, planned), indent=2) if as_json else as_text(planned))


def read_text(path: Path) -> str:
    """Return the text of a file of the course.

    Raises
    ------
    UsageError
        Where it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read: {error}"
        raise UsageError(msg) from error
