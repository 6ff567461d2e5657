"""Stable pseudonyms in place of names: on every page and in every file, the same for the same student.

A pseudonym is a keyed hash (BLAKE2b) of what the student is known by. Nobody without the key can tell who it is, not
even by hashing every name of the roster; with the same key, the same student has the same pseudonym in every report.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.lms.layouts import Identity, Upload
from grader.lms.roster import Roster
from grader.records import ExerciseResult, Result

KEY_BYTES = 32
_SHORT = 8  # hexadecimal digits: two of a thousand students share them once in ten thousand courses
_WORD = 3  # characters that a name must have to be looked for in texts: "A" and "of" stand in every sentence
_NUMBER = 6  # digits that a number must have: shorter ones stand among the values that a message shows
_SUFFIXES = frozenset(".ipynb .py .zip".split())


def pseudonyms(values: Iterable[str], key: bytes, prefix: str = "student-") -> dict[str, str]:
    """Return a pseudonym for each value, all different.

    A value has the same pseudonym whatever the others are, but where two share one, both become longer.

    Examples
    --------
    >>> pseudonyms(["ada"], bytes(32))
    {'ada': 'student-6665cbad'}
    """
    digests = {
        value: hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=key, person=prefix.encode()[:16]).hexdigest()
        for value in values
    }
    times = Counter(digest[:_SHORT] for digest in digests.values())
    return {v: prefix + (d[:_SHORT] if times[d[:_SHORT]] == 1 else d) for v, d in digests.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pseudonyms:
    """What the people and the submissions of a cohort are called where nobody is named.

    Attributes
    ----------
    people : mapping of str to str
        Pseudonyms by what students are known by.
    known : mapping of str to str
        What the student of each submission is known by.
    names : mapping of str to str
        Submissions by their names: those hold names of students, so they are replaced as well.
    uploads : mapping of str to Upload
        As an LMS told them, by submission.
    roster : Roster or None
    """

    people: Mapping[str, str]
    known: Mapping[str, str]
    names: Mapping[str, str]
    uploads: Mapping[str, Upload]
    roster: Roster | None

    def without(self, result: Result) -> Result:
        """Return a result without names.

        In reasons and messages what a student is known by is replaced, as far as it stands there as a word.
        """
        words = _words(result, self.uploads.get(result.submission), self.roster)
        return _without(result, words, self.people[self.known[result.submission]], self.names)

    def shown_uploads(self) -> dict[str, Upload]:
        """Return the uploads without names."""
        told = {}
        for upload in self.uploads.values():
            if upload.submission in self.names:
                name, who = self.names[upload.submission], self.people[upload.key]
                told[name] = replace(upload, submission=name, who=(Identity(name=who, id=who),))
        return told


def pseudonyms_of(
    results: Iterable[Result], uploads: Mapping[str, Upload], key: bytes, roster: Roster | None = None
) -> Pseudonyms:
    """Return what to call the people and the submissions of a cohort.

    Parameters
    ----------
    results : iterable of Result
    uploads : mapping of str to Upload
        By submission, for those in the layout of an LMS.
    key : bytes
        Whoever has it can tell whose the pseudonyms are.
    roster : Roster, optional
        What it tells of a student is replaced in texts as well.
    """
    known = {r.submission: uploads[r.submission].key if r.submission in uploads else r.student for r in results}
    people = pseudonyms(known.values(), key)
    codes = pseudonyms(known, key, prefix="")
    names = {submission: f"{people[who]}/{codes[submission]}{_suffix(submission)}" for submission, who in known.items()}
    return Pseudonyms(people=people, known=known, names=names, uploads=uploads, roster=roster)


def _suffix(submission: str) -> str:
    suffix = PurePosixPath(submission).suffix.lower()
    return suffix if suffix in _SUFFIXES else ""


def _words(result: Result, upload: Upload | None, roster: Roster | None) -> set[str]:
    """Return all that a student is known by, whole and in parts."""
    words = {result.student}
    who = upload.who if upload else (Identity(name=result.student, id=result.student),)
    for one in who:
        words |= {one.name, one.id, one.email}
        if roster and (person := roster.find(one, upload.layout if upload else "")):
            words |= {person.name, *person.ids.values()}
    words |= {part for name in words for part in re.split(r"[\s,]+", name)}
    return words | {part for part in result.submission.split("/")[:-1] if any(w and w in part for w in words)}


def _without(result: Result, words: Iterable[str], who: str, names: Mapping[str, str]) -> Result:
    found = sorted((w for w in words if len(w) >= (_NUMBER if w.isdecimal() else _WORD)), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(w)}(?!\w)" for w in found), re.IGNORECASE) if found else None

    def clean(text: str) -> str:
        for name in (result.submission, *_named(text, names)):
            text = text.replace(name, names[name])
        text = text.replace(PurePosixPath(result.submission).name, PurePosixPath(names[result.submission]).name)
        return pattern.sub(who, text) if pattern else text

    def exercise(e: ExerciseResult) -> ExerciseResult:
        return replace(e, cases=tuple(replace(c, message=clean(c.message)) if c.message else c for c in e.cases))

    return replace(
        result,
        submission=names[result.submission],
        student=who,
        reason=clean(result.reason),
        exercises=tuple(map(exercise, result.exercises)),
        details=tuple(replace(d, counterexample=clean(d.counterexample)) for d in result.details),
        cell_errors=tuple((number, clean(text)) for number, text in result.cell_errors),
    )


def _named(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the other submissions that a reason names: it ends in their name."""
    _, colon, name = text.partition(" counts: ")
    return [name] if colon and name in names else []
