"""The fork-server inside the walls. It is trusted, holds no secrets and never runs student code itself.

Theory of operation
-------------------
The keeper, outside, starts bubblewrap, and bubblewrap starts this program as a fresh interpreter that has never
imported `reference`: a fork of a process that has would hold the answers in its memory. bubblewrap has drawn the
outer walls: no network, no other processes, read-only files of Python and the system only.

    keeper ── control socket ──> launcher (in bubblewrap's namespaces: waits)
                                    └── server (pid 1 of a namespace of its own: this is what answers)
                                          ├── child (pid 1 of its own namespace: one run of one submission)
                                          └── ...

The launcher, as root, first becomes a user who owns nothing: limits on processes mean nothing to root. Then it makes a
user namespace of its own, the only place where it has capabilities; those are needed to give every child its own
process and mount namespace. The server imports what all submissions need, freezes what the collector knows, and
waits. Each request comes with one end of a socket pair: the child's channel, on which the keeper speaks with the
child directly. The child puts on its walls (own mounts, private folder, no capabilities, limits, Landlock, seccomp)
before it reads a byte of the submission. If any wall cannot be put on, the child says so and exits.

One page of memory is shared by the server and its child, and wiped for each: there the child notes which cell it runs,
so that the keeper can learn which one does not end without being woken for each that does.

What the server says on the control socket may be trusted, for no student code has ever run in it. What comes over
a child's channel, and what stands in the shared page, is the student's word. Killing the child, pid 1 of its namespace, kills all that it has started.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import itertools
import json
import mmap
import os
import random
import select
import socket
import struct
import sys
import time
import traceback
import types
from collections.abc import Callable
from typing import Any

CHANNEL = 3
# How often it is looked at what a run has written, where nothing else limits it.
WATCH_SECONDS = 0.25
# New objects before the collector looks at them; Python's own number, 700 or 2,000, is for processes that live long.
YOUNG_OBJECTS = 50_000
_LENGTH = struct.Struct("<I")
READ_AHEAD = 1 << 16


def load_transform() -> Callable[[str], str]:
    """Return IPython's own translation of magics, from its two files alone.

    Importing the IPython package takes a quarter of a second and forty megabytes; these two modules need nothing of it.
    """
    spec = importlib.util.find_spec("IPython")
    if spec is None or not spec.submodule_search_locations:
        msg = "IPython is not installed beside otter-grader"
        raise ImportError(msg)
    root = spec.submodule_search_locations[0]
    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "IPython"}
    for name in kept:
        del sys.modules[name]
    packages = {"IPython": root, "IPython.utils": f"{root}/utils", "IPython.core": f"{root}/core"}
    for name, path in packages.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [path]
    try:
        manager = importlib.import_module("IPython.core.inputtransformer2").TransformerManager()
    finally:
        for name in [n for n in sys.modules if n.partition(".")[0] == "IPython"]:
            del sys.modules[name]
        sys.modules.update(kept)
    transform: Callable[[str], str] = manager.transform_cell
    return transform


def main() -> None:
    """Set up the launcher, fork the server, and wait for it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    with open(int(sys.argv[2]), "rb") as file:  # noqa: PTH123
        config = json.load(file)
    sys.path.insert(0, config["code"])
    sys.path += [folder for folder in config["packages"] if folder not in sys.path]
    from grader.sandbox.inside import confine, ground  # noqa: PLC0415 - the path is known only now

    stands_on = ground.GROUNDS[config["rung"]](config)
    try:
        if stands_on.enter():
            server = os.fork()
            if server:
                control.close()
                os.waitpid(server, 0)
                return
            confine.die_with_parent()
    except OSError as error:
        tell(control, {"failed": f"{error.filename or 'launcher'}: {error.strerror}"})
        return
    try:
        Server(control, config, stands_on).run()
    except BaseException:  # noqa: BLE001 - the keeper must hear of whatever it is
        tell(control, {"failed": traceback.format_exc()[-1500:]})
    os._exit(1)


def tell(control: socket.socket, message: dict[str, Any]) -> None:
    """Send one message to the keeper."""
    control.sendall(json.dumps(message).encode())


class Server:
    """Forks a child for each run.

    Parameters
    ----------
    control : socket
        Packets of JSON to and from the keeper.
    config : dict
        What `grader.sandbox.policy` fixes.
    ground : Ground
        What a run can be given here.
    """

    def __init__(self, control: socket.socket, config: dict[str, Any], ground: Any) -> None:
        from grader.sandbox.inside import session  # noqa: PLC0415

        self._session, self._ground = session, ground
        self._control, self._config = control, config
        while os.open("/dev/null", os.O_RDONLY) < CHANNEL:
            pass  # from here on no descriptor of ours has the number of a child's channel
        ground.furnish()
        os.chdir(ground.box)
        work = f"{ground.box}/work"
        _copy_files(f"{config['code']}/fonts", f"{ground.box}/matplotlib")
        os.environ.update(HOME=work, TMPDIR=work, MPLCONFIGDIR=f"{ground.box}/matplotlib")
        self._files: dict[str, bytes] = {}
        self._given: Any = {}
        self._transform = load_transform()
        for name in config["preload"]:
            importlib.import_module(name)
        os.environ["MPLCONFIGDIR"] = work
        _warm_up(draw=config["many"])
        self._memory = config["memory"] + _address_space()
        ground.close_off()
        self._children: dict[int, int] = {}
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._wrote_too_much = False

    def run(self) -> None:
        """Answer the keeper until it closes the control socket."""
        import numpy  # noqa: ICN001, PLC0415

        tell(self._control, {"ready": sys.version.split()[0], "numpy": numpy.__version__, "uid": os.getuid()})
        # Without this a child copies every page that the collector touches in it.
        gc.collect()
        gc.freeze()
        while True:
            while self._children and not select.select([self._control], [], [], WATCH_SECONDS)[0]:
                if self._ground.overflows():
                    self._wrote_too_much = True
                    for pid in self._children.values():
                        self._ground.end_child(pid)
            packet, descriptors, _, _ = socket.recv_fds(self._control, 4096, 1)
            if not packet:
                for run in list(self._children):
                    self._end(run, 0.0)
                os._exit(0)
            request = json.loads(packet)
            if request["do"] == "spawn":
                self._spawn(request["run"], descriptors[0])
            elif request["do"] == "furnish":
                self._furnish(descriptors[0])
            elif request["do"] == "end":
                tell(self._control, self._end(request["run"], request["grace"]))
            else:
                tell(self._control, {"seconds": self._seconds(request["run"]), "cell": self._cell()})

    def _furnish(self, descriptor: int) -> None:
        with open(descriptor, "rb") as file:
            told = json.load(file)
        self._files = {name: bytes.fromhex(data) for name, data in told["files"].items()}
        self._given = told["given"]

    def _spawn(self, run: int, channel: int) -> None:
        self._page[:] = bytes(mmap.PAGESIZE)
        self._wrote_too_much = False
        self._ground.before_child()
        pid = os.fork()
        if pid:
            os.close(channel)
            self._children[run] = pid
            return
        try:
            self._become_child(channel)
        finally:
            os._exit(0)

    def _become_child(self, channel: int) -> None:
        kept = self._ground.inherited()
        nowhere = os.open("/dev/null", os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        os.dup2(channel, CHANNEL)
        for before, after in itertools.pairwise((CHANNEL, *sorted(kept), 1024)):
            os.closerange(before + 1, after)
        conversation = Conversation(socket.socket(fileno=CHANNEL))
        try:
            os.setsid()  # signals to the process group shall not reach the launcher
            self._ground.confine(self._memory)
            self._lay_out_files()
        except OSError as error:
            conversation.refuse(f"{error.filename or error}: {error.strerror}")
            return
        # Modules beside the notebook can be imported, ours cannot.
        sys.path[:] = ["", *(path for path in sys.path if path != self._config["code"])]
        random.seed(0)  # here, for the module seeds itself after a fork
        # A collection writes into objects, and every page written is copied from the server first: fewer of them.
        gc.set_threshold(YOUNG_OBJECTS, 20, 20)
        conversation.accept()
        self._session.serve(conversation.read, conversation.write, self._transform, self._begin, self._given)

    def _lay_out_files(self) -> None:
        for name, data in self._files.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)  # noqa: PTH103, PTH120
            with open(name, "wb") as file:  # noqa: PTH123
                file.write(data)

    def _begin(self, cell: int) -> None:
        """Note, as the child, which cell runs."""
        _LENGTH.pack_into(self._page, 0, cell + 1)

    def _cell(self) -> int:
        """Return which cell runs as far as the child tells; -1 before the first."""
        return int(_LENGTH.unpack_from(self._page)[0]) - 1

    def _end(self, run: int, grace: float) -> dict[str, Any]:
        """Kill a child with all that it has started, and return how it ended and what it took.

        A child whose channel has closed is given a moment to end by itself: how it died is news.
        """
        pid = self._children.pop(run)
        fd = os.pidfd_open(pid)
        dead = bool(select.select([fd], [], [], grace)[0])
        os.close(fd)
        self._ground.end_child(pid)
        _, status, usage = os.wait4(pid, 0)
        self._ground.after_child()
        report = {"status": status, "killed": not dead, "cell": self._cell(), "wrote too much": self._wrote_too_much}
        return {**report, "seconds": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss << 10}

    def _seconds(self, run: int) -> float:
        """Return the processor time of a child so far; its clock is that of clock_getcpuclockid(3)."""
        try:
            return time.clock_gettime((~self._children[run] << 3) | 2)
        except OSError:
            return 0.0


class Conversation:
    """The child's end of its channel: frames by the length in front of them."""

    def __init__(self, channel: socket.socket) -> None:
        from grader.sandbox.inside import wire  # noqa: PLC0415

        self._channel, self._decode = channel, wire.decode
        self._buffer = bytearray()
        self._speaker = os.getpid()

    def refuse(self, why: str) -> None:
        """Say that the walls could not be put on."""
        self._channel.sendall(b"!" + why.encode())

    def accept(self) -> None:
        """Say that the walls stand."""
        self._channel.sendall(b".")

    def read(self) -> Any:
        """Return the next request; the process ends where there is none."""
        head = self._take(4)
        return self._decode(self._take(_LENGTH.unpack(head)[0]))

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            more = self._channel.recv(max(READ_AHEAD, count - len(self._buffer)))
            if not more:
                os._exit(0)
            self._buffer += more
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def write(self, frame: bytes) -> None:
        """Send a frame; a process that a notebook has forked off, and that got here, has nothing to say."""
        if os.getpid() != self._speaker:
            os._exit(0)
        self._channel.sendall(frame)


def _address_space() -> int:
    """Return the address space that the server takes by itself, so that limits speak of what a submission adds."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _warm_up(*, draw: bool) -> None:
    """Use what every child will use, so that it is loaded once: LAPACK, random numbers, the compiler, maybe a figure."""
    import numpy as np  # noqa: PLC0415

    np.linalg.svd(np.eye(40))
    np.linalg.eigh(np.eye(3))
    np.random.default_rng(0).normal(size=3)
    # A figure takes a tenth of a second, which one child alone would not get back.
    if draw and "matplotlib.pyplot" in sys.modules:
        _draw(sys.modules["matplotlib.pyplot"])
    compile("def f(x):\n    return [y for y in x]", "<warm up>", "exec")
    np.random.seed(0)  # noqa: NPY002 - students who do not seed get the same numbers in every run
    ctypes.set_errno(0)


def _copy_files(source: str, target: str) -> None:
    """Copy the files of a folder, if it is there."""
    os.mkdir(target)  # noqa: PTH102
    for name in os.listdir(source) if os.path.isdir(source) else []:  # noqa: PTH112, PTH208
        with open(f"{source}/{name}", "rb") as original, open(f"{target}/{name}", "wb") as copy:  # noqa: PTH123
            copy.write(original.read())


def _draw(plt: Any) -> None:
    """Draw a figure: what matplotlib makes for the first one, fonts above all, no child needs to make again."""
    figure, axes = plt.subplots()
    axes.plot([1, 2], [1, 2], "k:", label="$x^2$")
    axes.annotate("", (1, 1), (2, 2), arrowprops={"arrowstyle": "->"})
    axes.set(title="warm", xlabel="up", ylabel="now", xscale="log")
    axes.legend()
    figure.tight_layout()
    figure.canvas.draw()
    plt.close("all")


if __name__ == "__main__":
    main()
