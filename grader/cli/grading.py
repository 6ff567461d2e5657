"""What instructors do with submissions: grade, report, mark by hand, compare; and whether this machine is fit for it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from grader import content
from grader.cli.options import DEFAULT_SEED, FOUND_WRONG, cores, course_option, jobs_option, say, seed_option, topics_of
from grader.content import load_topic
from grader.errors import UsageError
from grader.lms import ATTEMPTS, LAYOUTS, LMS

_TIMES = [f"%Y-%m-%d{sep}%H:%M{rest}" for sep in "T " for rest in ("", ":%S", "%z", ":%S%z")]
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


@click.command(short_help="Grade notebooks, each in a sandbox of its own.")
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
    from grader.pace import limits_here  # noqa: PLC0415

    allowed = limits_here().changed(limits)
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


@click.command(short_help="Write marks, reports and LMS files again from what was graded.")
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


@click.command(short_help="Collect written answers and plots for marking by hand.")
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


@click.command(short_help="Show submissions that share code which hardly anybody else has.")
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


@click.command(short_help="Try how well this machine isolates what students wrote.")
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


@click.command(short_help="Grade the sample cohort of the course and show its marks.")
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
