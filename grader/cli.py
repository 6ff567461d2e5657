"""The command line. Every error for people is one line; whose fault it is decides the exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

# Before numpy is loaded: matrices here are small, and as many processes as there are cores work side by side. Several
# threads in each of them wait for each other most of the time.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from grader import __version__, content  # noqa: E402
from grader.content import load_topic, topic_names  # noqa: E402
from grader.course import find_course  # noqa: E402
from grader.errors import FullmarksError, UsageError  # noqa: E402
from grader.lms import ATTEMPTS, LAYOUTS, LMS  # noqa: E402
from reference.catalogue import Topic  # noqa: E402
from reference.spec import AuthorError, Exercise  # noqa: E402

FOUND_WRONG = 1
DEFAULT_SEED = 20_000
_TIMES = [f"%Y-%m-%d{sep}%H:%M{rest}" for sep in "T " for rest in ("", ":%S", "%z", ":%S%z")]


class Commands(click.Group):
    """Turns our errors into one line each and the exit code that goes with them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except AuthorError as error:
            say(str(error))
            ctx.exit(FOUND_WRONG)
        except FullmarksError as error:
            say(f"fullmarks: {error}")
            ctx.exit(error.exit_code)
        except click.exceptions.ClickException:
            raise
        except Exception as error:
            fault = content.author_error(error)
            if fault is None:
                raise
            say(str(fault))
            ctx.exit(FOUND_WRONG)
        except KeyboardInterrupt:
            say("fullmarks: stopped; what was graded is stored, run the same command again to go on")
            ctx.exit(130)


def use_course(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """Take the course in that folder for as long as the command runs; leave the one in use where none is named."""
    if folder is not None:
        ctx.with_resource(content.using(folder))


course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    default=None,
    expose_value=False,
    callback=use_course,
    help="Folder of a course of your own.  [default: $FULLMARKS_COURSE, or where course.toml is, from here upwards]",
)

# They are about this program and its own course, wherever they are run.
BUILT_IN = ("doctor", "demo")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fullmarks", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Build assignments, grade submissions in a sandbox, and prove that the marks can be trusted."""
    named = os.environ.get("FULLMARKS_COURSE")
    folder = None if ctx.invoked_subcommand in BUILT_IN else Path(named) if named else find_course()
    ctx.with_resource(content.using(folder))


def say(text: str) -> None:
    """Print to standard error, whatever characters are in `text`."""
    click.echo(text.encode("utf-8", "backslashreplace").decode(), err=True)


def topics_of(names: Sequence[str]) -> tuple[Topic, ...]:
    """Return the topics named, all of them where none is."""
    for name in names:
        if name not in topic_names():
            msg = f"there is no topic {name!r}; expected one of {', '.join(topic_names())}"
            raise UsageError(msg)
    topics, faults = [], []
    for name in names or topic_names():
        try:
            topics.append(load_topic(name))
        except AuthorError as error:
            faults.append(error)
    for fault in faults:
        say(str(fault))
    if faults:
        sys.exit(FOUND_WRONG)
    return tuple(topics)


seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    help="Draws the hidden cases; change it every term and keep it secret.",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    help="Processes that work side by side.  [default: one for each core]",
)
roster_option = click.option(
    "--roster",
    type=click.Path(path_type=Path),
    default=None,
    help="CSV file of the people of the course: one of your own with columns such as name, id, login and email, or an "
    "export of Canvas, Moodle or Gradescope.",
)
pseudonyms_option = click.option(
    "--pseudonyms",
    is_flag=True,
    help="Write all reports to pseudonymous/ in the folder of marks, with pseudonyms in place of names.",
)
assignment_option = click.option(
    "-a",
    "--assignment",
    default="",
    metavar="TOPIC",
    help="What was to be handed in.  [default: what each notebook names]",
)
sample_option = click.option(
    "--sample", type=click.IntRange(min=1), default=None, metavar="N", help="At most N mutants an exercise."
)
topic_arguments = click.argument("topics", nargs=-1, metavar="[TOPIC]...")


def cores(jobs: int | None) -> int:
    """Return `jobs`, or the number of cores that this process may use."""
    return jobs or len(os.sched_getaffinity(0))


@main.command(short_help="Start an exercise of your own: files that work, to be filled in.")
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


@main.command(short_help="Make the students' notebooks and the autograder zips.")
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


@main.command(short_help="Grade notebooks, each in a sandbox of its own.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@assignment_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("marks"),
    show_default=True,
    help="Folder for marks and results.",
)
@roster_option
@click.option(
    "--attempts",
    type=click.Choice(ATTEMPTS),
    default="latest",
    show_default=True,
    help="Which of several uploads of one student counts.",
)
@click.option(
    "--layout",
    type=click.Choice([*LAYOUTS, "plain"]),
    default=None,
    help="The LMS that the folders were downloaded from; plain for none.  [default: what their names show]",
)
@click.option(
    "--due",
    type=click.DateTime(_TIMES),
    default=None,
    metavar="TIME",
    help="What came later is shown as late, where an LMS tells only when it came: 2026-03-01T23:59, in the time zone of "
    "this machine or with an offset, as in 2026-03-01T23:59+0100.",
)
@pseudonyms_option
@jobs_option
@seed_option
@click.option("--force", is_flag=True, help="Grade again what is graded already.")
@click.option("--quiet", is_flag=True, help="Print nothing while grading.")
@click.option(
    "--unsafe",
    is_flag=True,
    help="Where no walls can be put up, run submissions without: they can then read, write and send whatever you can. "
    "For notebooks of your own.",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    help="What a submission may use, such as call_seconds=5 or memory_bytes=4G; may be repeated.",
)
@course_option
def grade(
    paths: tuple[Path, ...],
    assignment: str,
    output: Path,
    roster: Path | None,
    attempts: str,
    layout: str | None,
    due: datetime | None,
    pseudonyms: bool,  # noqa: FBT001
    jobs: int | None,
    seed: int,
    force: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    unsafe: bool,  # noqa: FBT001
    limits: tuple[str, ...],
) -> None:
    """Grade notebooks, scripts, zips and folders of them, each in a sandbox of its own."""
    from grader.engines.early import early_server  # noqa: PLC0415
    from grader.records import Limits  # noqa: PLC0415

    allowed = Limits().changed(limits)
    with early_server(paths, allowed) as started:
        from grader.cohort import grade_cohort, named_in  # noqa: PLC0415
        from grader.lms.intake import Handed  # noqa: PLC0415
        from grader.terminal import show_refused, show_result, show_statistics  # noqa: PLC0415

        topics = topics_of([assignment] if assignment else named_in(paths))
        moment = due.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC") if due else ""
        handed = Handed(layout=layout or "", attempts=attempts, roster=roster, due=moment, pseudonyms=pseudonyms)
        summary = grade_cohort(
            paths, topics, assignment, output, cores(jobs), seed,
            force=force, quiet=quiet, unsafe=unsafe, limits=allowed, handed=handed, started=started,
        )  # fmt: skip
    if not quiet:
        if summary.alone and summary.alone.status == "graded":
            show_result(load_topic(summary.alone.assignment).title, summary.alone)
        elif summary.alone:
            show_refused(((summary.alone.submission, summary.alone.reason),), 0)
        else:
            show_statistics(summary.statistics)
            show_refused(summary.refused, summary.rejected + summary.not_graded - len(summary.refused))
        click.echo(summary.text(output))
    if summary.not_graded:
        sys.exit(3)


@main.command(short_help="Write marks, reports and LMS files again from what was graded.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@roster_option
@click.option("--lms", multiple=True, type=click.Choice(LMS), help="Write a file that it imports; may be repeated.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="[TOPIC=]NAME",
    help="What the LMS calls the assignment, such as 'Homework 1 (4711)'; may be repeated.",
)
@pseudonyms_option
@jobs_option
@course_option
def report(
    folder: Path,
    roster: Path | None,
    lms: tuple[str, ...],
    columns: tuple[str, ...],
    pseudonyms: bool,  # noqa: FBT001
    jobs: int | None,
) -> None:
    """Write scores.csv and results/ again from the gradebook in DIR, the marks in DIR/manual, and files for an LMS."""
    from grader.gradebook import Gradebook  # noqa: PLC0415
    from grader.lms.intake import adopt  # noqa: PLC0415
    from grader.manual.files import marked_topics  # noqa: PLC0415
    from grader.manual.marks import left  # noqa: PLC0415
    from grader.reports import write_lms, write_reports  # noqa: PLC0415
    from grader.terminal import show_statistics  # noqa: PLC0415

    check_graded(folder)
    marked = marked_topics(folder)
    with Gradebook.open(folder / "gradebook.db") as book:
        people = adopt(book, roster) if roster else ()
        reports = write_reports(book, folder, marked, pseudonyms=pseudonyms, jobs=cores(jobs))
        more, notes = write_lms(book, folder, lms, columns, marked, pseudonyms=pseudonyms)
        show_statistics(reports.statistics)
        wrote = [f"wrote {path}" for path in (*reports.paths, *more)]
        for line in [*wrote, *people, *notes, *left(book.briefs(), marked)]:
            click.echo(line)


@main.command(short_help="Collect written answers and plots for marking by hand.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@course_option
def manual(folder: Path, paths: tuple[Path, ...]) -> None:
    """Collect written answers and plots below PATH for marking by hand, without names.

    DIR is what grade has written for the same PATH. Marks go into DIR/manual/TOPIC/marks.csv, and report adds them.
    """
    from grader.manual.files import write_manual  # noqa: PLC0415

    check_graded(folder)
    for line in write_manual(folder, paths):
        click.echo(line)


@main.command(short_help="Show submissions that share code which hardly anybody else has.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@course_option
@assignment_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("similar"),
    show_default=True,
    help="Folder for the pages.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="Least share of unusual code that two have in common, from 0 to 1.",
)
def similar(paths: tuple[Path, ...], assignment: str, output: Path, threshold: float) -> None:
    """Show pairs of submissions below PATH that share code which hardly anybody else has. Nothing is run."""
    from grader.similarity.files import write_similar  # noqa: PLC0415

    topics_of([assignment] if assignment else [])
    for line in write_similar(paths, assignment, output, threshold):
        click.echo(line)


def check_graded(folder: Path) -> None:
    """Check that a folder is one that `grade` has written.

    Raises
    ------
    UsageError
        Where it is not.
    """
    if not (folder / "gradebook.db").is_file():
        msg = f"{folder}: expected a folder that fullmarks grade has written, but it has no gradebook.db"
        raise UsageError(msg)


@main.command(short_help="Prove references, hidden cases, notebooks and graders right.")
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


def exercises_of(what: str) -> list[tuple[Topic, Exercise]]:
    """Return the exercises that TOPIC or TOPIC/EXERCISE names, each with its topic."""
    name, _, wanted = what.partition("/")
    (topic,) = topics_of([name])
    chosen = [e for e in topic.exercises if wanted in ("", e.name)]
    if not chosen:
        msg = f"{name} has no exercise {wanted!r}; expected one of {', '.join(e.name for e in topic.exercises)}"
        raise UsageError(msg)
    return [(topic, exercise) for exercise in chosen]


@main.command(short_help="Show what each hidden case catches, and what slips through.")
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


@main.command(short_help="Try how well this machine isolates what students wrote.")
def doctor() -> None:
    """Say how well this machine can isolate what students wrote, and try to break out."""
    from grader.examine import examine  # noqa: PLC0415

    sound = True
    for line, ok in examine():
        sound = sound and ok
        click.echo(line) if ok else say(line)
    if not sound:
        say("fullmarks: do not grade what strangers wrote on this machine")
        sys.exit(FOUND_WRONG)


@main.command(short_help="Grade the sample cohort of the course and show its marks.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("marks"),
    show_default=True,
    help="Folder for marks and results.",
)
@jobs_option
def demo(output: Path, jobs: int | None) -> None:
    """Grade the sample cohort that comes with the course, and show its marks."""
    from grader.cohort import grade_cohort  # noqa: PLC0415
    from grader.terminal import show_scores, show_statistics  # noqa: PLC0415

    cohort = content.submissions() / "linear_algebra"
    summary = grade_cohort(
        (cohort,), topics_of(["linear_algebra"]), "linear_algebra", output, cores(jobs), DEFAULT_SEED
    )
    show_scores(output)
    show_statistics(summary.statistics)
    click.echo(summary.text(output))
    if summary.not_graded:
        sys.exit(3)


@main.command(short_help="List the cases of an exercise, and why each exists.")
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
