"""Finding out by trying whether this machine can isolate submissions."""

from __future__ import annotations

from grader.errors import MachineError
from grader.records import Limits, Question
from grader.sandbox.keeper import Keeper

# Each must be refused inside: (what it is, cell that sets `got_through`).
_TRIALS = (
    ("reading files of others", "open('/etc/passwd').read()"),
    ("writing outside", "open('/usr/planted', 'w')"),
    ("the network", "import socket; socket.socket()"),
    ("seeing processes", "__import__('os').listdir('/proc/1')"),
    ("running programs", "import subprocess; subprocess.run(['/usr/bin/true'], check=True)"),
)


def probe() -> tuple[str, ...]:
    """Return what keeps this machine from isolating submissions, one line each; nothing where all walls stand."""
    trials = "\n".join(
        f"try:\n    {code}\n    failed.append({what!r})\nexcept (OSError, ValueError):\n    pass"
        for what, code in _TRIALS
    )
    cell = f"failed = []\n{trials}\ndef got_through():\n    return failed"
    try:
        with Keeper(Limits(cells_seconds=10.0)) as keeper:
            claim = keeper.run((cell,), (Question(function="got_through", calls=((),)),)).claims[0][0]
    except MachineError as error:
        return (str(error),)
    if claim.outcome != "returned":
        return (f"the trial of the walls did not end well: {claim.outcome}: {claim.text}",)
    return tuple(f"the walls let through: {what}" for what in claim.value)
