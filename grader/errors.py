"""Errors, and whose fault they are.

    FullmarksError                 every error that the command line turns into one clear line
    ├── UsageError                 the caller's: a wrong path, name or option        exit code 2
    ├── BuildError                 the author's: an exercise or a master notebook    exit code 1
    └── MachineError               ours or the machine's: nobody gets a zero for it  exit code 3
        └── IsolationError         this machine cannot isolate a submission

A student's mistake is no exception: it is data in a result. `reference.spec.AuthorError` is the author's as well.
"""


class FullmarksError(Exception):
    """An error with a message for people: what, where, what was expected, what to do."""

    exit_code = 3


class UsageError(FullmarksError):
    """The command was called with something that cannot be used."""

    exit_code = 2


class BuildError(FullmarksError):
    """An exercise, a master notebook or a built assignment is wrong."""

    exit_code = 1


class MachineError(FullmarksError):
    """Something of ours or of the machine failed; the submission is not graded, which is never a zero."""

    exit_code = 3


class IsolationError(MachineError):
    """The machine cannot isolate a submission well enough."""
