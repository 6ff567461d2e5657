"""From a gradebook to all that people and programs read: results, pages, tables, and files for an LMS.

Whatever its size, a cohort is gone through one submission at a time. What is kept of each is brief; what only its own
page and its own file show is read again, by as many processes as there are jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from grader.content import load_topic, topic_names
from grader.engines.pool import in_order
from grader.gradebook import Gradebook, Row
from grader.listing import summary
from grader.lms.choose import not_counting, rejected
from grader.lms.deliver import deliver, write_handed_in
from grader.lms.files import key_of, write_names
from grader.lms.intake import known_roster
from grader.lms.layouts import Upload
from grader.lms.pseudonyms import pseudonyms_of
from grader.lms.roster import Roster
from grader.manual.marks import Marked, marking
from grader.records import Result
from grader.report.pages import write_cohort_page, write_feedback
from grader.report.results import write_result
from grader.report.scores import write_scores
from grader.report.statistics import Statistics, Tally

# Reports without names go there: no file with names lies beside them.
PSEUDONYMOUS = "pseudonymous"
# Submissions that a process is given at once.
CHUNK = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Reports:
    """What was written from a gradebook, and how the cohort did."""

    paths: tuple[Path, ...]
    statistics: tuple[tuple[str, Statistics], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A cohort as reports show it.

    Attributes
    ----------
    folder : Path
        Where they go.
    briefs : tuple of Result
        All results, without what only their own pages show.
    uploads : mapping of str to Upload
        What an LMS told, by submission.
    roster : Roster or None
    show : callable
        Takes a result of the gradebook, and returns it as it is shown: rejected where another upload counts, with the
        marks that people gave, and without names where pseudonyms are asked for.
    """

    folder: Path
    briefs: tuple[Result, ...]
    uploads: Mapping[str, Upload]
    roster: Roster | None
    show: Callable[[Result], Result]


def write_reports(
    book: Gradebook, output: Path, marked: Mapping[str, Marked], *, pseudonyms: bool = False, jobs: int = 1
) -> Reports:
    """Write what people and programs read from the gradebook and what people marked, and return what was written.

    Parameters
    ----------
    book : Gradebook
    output : Path
        Its folder.
    marked : mapping of str to Marked
        Marks that people gave, by assignment.
    pseudonyms : bool
        Write nothing that names a student, all of it to a folder of its own.
    jobs : int
        Processes side by side.
    """
    shown = shown_of(book, output, marked, pseudonyms=pseudonyms)
    folder = shown.folder
    assignments = {result.assignment for result in shown.briefs}
    topics = [load_topic(name) for name in topic_names() if name in assignments]
    titles = {topic.name: topic.title for topic in topics}
    summaries = {t.name: {e.name: summary(e) for e in t.exercises} for t in topics}

    def write(rows: Sequence[Row]) -> dict[str, Tally]:
        tallies: dict[str, Tally] = {}
        for row in rows:
            result = shown.show(row.result())
            write_result(result, folder / "results")
            of_it = result.assignment
            write_feedback(result, folder / "feedback", titles.get(of_it, ""), summaries.get(of_it, {}))
            tallies.setdefault(of_it, Tally()).add(result)
        return tallies

    few = len(shown.briefs) < 2 * CHUNK  # they are written before another process has begun
    tallies = {name: Tally() for name in titles}
    for counted in in_order(write, _chunks(book.rows()), 1 if few else jobs):
        for name, tally in counted.items():
            tallies.setdefault(name, Tally()).merge(tally)
    statistics = [tally.statistics(name) for name, tally in tallies.items() if tally.totals or name in titles]

    exercises = [e.name for topic in topics for e in topic.exercises]
    questions = [question for one in marked.values() for question in one.key.points]
    write_scores(shown.briefs, exercises, folder / "scores.csv", questions)
    write_cohort_page(shown.briefs, statistics, titles, folder / "index.html")
    paths = [folder / name for name in ("results", "scores.csv", "feedback", "index.html")]
    if shown.uploads or shown.roster:
        paths.append(write_handed_in(shown.briefs, shown.uploads, shown.roster, folder))
    return Reports(
        paths=tuple(paths),
        statistics=tuple((titles[s.assignment], s) for s in statistics if s.assignment in titles),
    )


def write_lms(
    book: Gradebook,
    output: Path,
    wanted: Sequence[str],
    titles: Sequence[str],
    marked: Mapping[str, Marked],
    *,
    pseudonyms: bool = False,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write files that LMS import, and return what was written and what to tell of it.

    Parameters
    ----------
    book, output, marked, pseudonyms
        As in `write_reports`.
    wanted : sequence of str
        "canvas", "moodle" and "gradescope".
    titles : sequence of str
        What the LMS calls the assignments: "TOPIC=NAME", or a name where there is one assignment.
    """
    if not wanted:
        return (), ()
    shown = shown_of(book, output, marked, pseudonyms=pseudonyms)
    whole = map(shown.show, book.results())
    return deliver(shown.briefs, whole, shown.uploads, shown.roster, shown.folder, wanted, titles)


def shown_of(book: Gradebook, output: Path, marked: Mapping[str, Marked], *, pseudonyms: bool) -> Shown:
    """Return the cohort as reports show it; parameters are those of `write_reports`."""
    stored, uploads, roster = book.briefs(), book.uploads(), known_roster(book)
    lost = not_counting(stored, uploads, book.kept("attempts") or "latest")
    with_marks = marking(marked)

    def count(result: Result) -> Result:
        name = result.submission
        return with_marks(rejected(result, lost[name]) if name in lost else result)

    briefs = tuple(map(count, stored))
    if not pseudonyms:
        return Shown(folder=output, briefs=briefs, uploads=uploads, roster=roster, show=count)
    people = pseudonyms_of(briefs, uploads, key_of(output), roster)
    without = tuple(map(people.without, briefs))
    write_names(output, without, briefs)
    return Shown(
        folder=output / PSEUDONYMOUS,
        briefs=without,
        uploads=people.shown_uploads(),
        roster=None,
        show=lambda result: people.without(count(result)),
    )


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
