"""The ground that runs stand on: what a machine lets us put around them. The keeper picks the best that works.

Namespaces  all walls: each run has processes, files and a working folder that nobody else sees.
Landlocked  where namespaces are refused, as in most containers: Landlock and a filter without fork and exec. Runs share
            the process table and the sight of file names, though not of contents; their folder is emptied after each.
Bare        limits and a process of its own, and nothing else: for notebooks of one's own.

Every method that puts up a wall raises `OSError` where it cannot.
"""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any, Protocol

from grader.sandbox.inside import confine

FILES = 4096


class Ground(Protocol):
    """What the server asks of it, in this order."""

    box: str
    """The server's own folder; the working folder of runs is `work` in it."""

    def enter(self) -> bool:
        """As launcher, give up what is too much; return whether the server is to be a child of the launcher."""
        ...

    def furnish(self) -> None:
        """Make the server's folder."""
        ...

    def close_off(self) -> None:
        """As server, when all is loaded, take from the folder and from /proc what runs must not find there."""
        ...

    def before_child(self) -> None:
        """As server, get ready for a child."""
        ...

    def confine(self, address_space: int) -> None:
        """As child, put on all walls."""
        ...

    def overflows(self) -> bool:
        """As server, return whether a run has written more than it may."""
        ...

    def end_child(self, pid: int) -> None:
        """As server, kill a child and all that it has started."""
        ...

    def after_child(self) -> None:
        """As server, remove what a run has left."""
        ...

    def inherited(self) -> tuple[int, ...]:
        """Return the descriptors that a child needs for `confine`."""
        ...


class Namespaces:
    """Namespaces for each run, inside those that bubblewrap has made.

    Parameters
    ----------
    config : dict
        What `grader.sandbox.policy` fixes.
    """

    box = "/box"

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._landlock: confine.Landlock | None = None
        self._self = -1

    def enter(self) -> bool:
        """Give root up, and enter a user namespace in which namespaces for runs can be made."""
        if os.getuid() == 0:
            confine.become(self._config["uid"], self._config["uid"])
        with contextlib.suppress(OSError):  # a courtesy to the machine, and no wall
            confine.first_to_go()
        confine.own_user_namespace()
        confine.private_mounts()
        confine.unshare(confine.NEWPID)
        return True

    def furnish(self) -> None:
        """Make the server's folder."""
        confine.tmpfs(self.box, 16 << 20, 256)
        os.mkdir(f"{self.box}/work")  # noqa: PTH102 - this file keeps to os, for paths it is told as text

    def close_off(self) -> None:
        """Seal the folder, cover /proc, and make the rules of Landlock."""
        # What is private to the server must not become a letter box between its children.
        confine.seal(self.box)
        # Nobody, not even a child before its walls are up, has a use for /proc from here on.
        confine.tmpfs("/proc", 4096, 1, writable=False)
        self._landlock = confine.Landlock(self._config["readable"], self._config["listable"], [self.box, "/dev/null"])
        self._self = os.pidfd_open(os.getpid())

    def before_child(self) -> None:
        """Let the next child be the first process of a namespace."""
        confine.enter(self._self, confine.NEWPID)
        confine.unshare(confine.NEWPID)

    def confine(self, address_space: int) -> None:
        """Put on all walls."""
        config, work = self._config, f"{self.box}/work"
        confine.unshare(confine.NEWNS)
        confine.private_mounts()
        confine.tmpfs(work, config["disk"], FILES)
        os.chdir(work)
        _put_on(config, self._landlock, address_space, config["processes"], 0)

    def overflows(self) -> bool:
        """Return False: the file system of a run has its size."""
        return False

    def end_child(self, pid: int) -> None:
        """Kill the first process of a namespace, and so all in it."""
        os.kill(pid, signal.SIGKILL)

    def after_child(self) -> None:
        """Do nothing: what was mounted for a run went with it."""

    def inherited(self) -> tuple[int, ...]:
        """Return the descriptor of Landlock's rules."""
        return (self._landlock.fd,) if self._landlock else ()


class Bare:
    """A process of its own and limits, and no walls.

    Parameters
    ----------
    config : dict
        What `grader.sandbox.policy` fixes.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self.box: str = config["box"]
        self._work = f"{self.box}/work"

    def enter(self) -> bool:
        """End with the keeper."""
        confine.die_with_parent()
        return False

    def furnish(self) -> None:
        """Make the working folder of runs."""
        os.mkdir(self._work, 0o700)  # noqa: PTH102

    def close_off(self) -> None:
        """Do nothing."""

    def before_child(self) -> None:
        """Do nothing."""

    def confine(self, address_space: int) -> None:
        """Put on limits."""
        config = self._config
        confine.die_with_parent()
        os.chdir(self._work)
        confine.limit(
            address_space=address_space,
            processor_seconds=config["cpu"],
            processes=None,
            file_bytes=config["disk"],
            files=256,
        )

    def overflows(self) -> bool:
        """Return whether the working folder holds too much; it is looked at now and then."""
        return _holds_more(self._work, self._config["disk"], FILES)

    def end_child(self, pid: int) -> None:
        """Kill the process group of a run, which is that of its own session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)

    def after_child(self) -> None:
        """Empty the working folder."""
        empty(self._work)

    def inherited(self) -> tuple[int, ...]:
        """Return no descriptor."""
        return ()


class Landlocked(Bare):
    """Landlock and a filter of system calls that knows neither fork nor exec."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._landlock: confine.Landlock | None = None

    def enter(self) -> bool:
        """Give root up, and end with the keeper."""
        if os.getuid() == 0:
            confine.become(self._config["uid"], self._config["uid"], kept=self._config["capabilities"])
        return super().enter()

    def close_off(self) -> None:
        """Make the rules of Landlock; from version 6 on it refuses signals and abstract sockets as well."""
        writable = [self._work, "/dev/null"]
        self._landlock = confine.Landlock(self._config["readable"], self._config["listable"], writable, oldest=6)

    def confine(self, address_space: int) -> None:
        """Put on all walls that there are."""
        config = self._config
        confine.die_with_parent()
        os.chdir(self._work)
        _put_on(config, self._landlock, address_space, config["processes"], config["capabilities"])

    def end_child(self, pid: int) -> None:
        """Kill the one process of a run."""
        os.kill(pid, signal.SIGKILL)

    def inherited(self) -> tuple[int, ...]:
        """Return the descriptor of Landlock's rules."""
        return (self._landlock.fd,) if self._landlock else ()


GROUNDS: dict[str, type[Namespaces | Bare]] = {"namespaces": Namespaces, "landlock": Landlocked, "none": Bare}


def _put_on(
    config: dict[str, Any], landlock: confine.Landlock | None, address_space: int, processes: int | None, kept: int
) -> None:
    if landlock is None:
        msg = "the rules of Landlock were not made"
        raise OSError(msg)
    confine.no_new_privileges()
    landlock.put_on()
    confine.drop_capabilities(kept)
    confine.limit(
        address_space=address_space,
        processor_seconds=config["cpu"],
        processes=processes,
        file_bytes=config["disk"],
        files=64,
    )
    confine.filter_calls(bytes.fromhex(config["seccomp"]))


def empty(folder: str) -> None:
    """Remove all that is in a folder, whatever it is and however deep: by bringing everything to the top first.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as top:
    ...     os.makedirs(f"{top}/a/b")
    ...     empty(top)
    ...     os.listdir(top)
    []
    """
    number = 0
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)  # noqa: PTH108
                continue
            os.chmod(entry.path, 0o700)  # noqa: PTH101 - it may have been made so that nobody can look into it
            for inner in list(os.scandir(entry.path)):
                number += 1
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)  # noqa: PTH101 - moving a folder writes into it
                os.rename(inner.path, f"{folder}/.{os.getpid()}-{number}")  # noqa: PTH104
            os.rmdir(entry.path)  # noqa: PTH106


def _holds_more(folder: str, most_bytes: int, most_files: int) -> bool:
    """Return whether there is more below a folder than there may be."""
    size, files = 0, 0
    todo = [folder]
    while todo:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                files += 1
                size += entry.stat(follow_symlinks=False).st_blocks * 512
                if size > most_bytes or files > most_files:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
    return False
