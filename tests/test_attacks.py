"""Every attack, on every rung: no mark that was not earned, no harm to others, nothing left behind."""

from __future__ import annotations

import pytest

from grader import content
from grader.attacks import HONEST, LIMITS, load_attacks, try_attack
from grader.grade import Grader
from grader.plan import plan_topic
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import RUNGS
from reference.catalogue import load_topic

pytestmark = pytest.mark.walls
MASTER = (content.solutions() / "linear_algebra.md").read_text(encoding="utf-8")
ATTACKS = load_attacks(content.attacks(), MASTER)
PLAN = plan_topic(load_topic("linear_algebra"), 11)


@pytest.fixture(scope="module")
def graders():
    keepers = {rung: Keeper(LIMITS, preload=("numpy",), rung=rung) for rung in RUNGS}
    yield {rung: Grader({PLAN.topic: PLAN}, keeper, only=PLAN.topic) for rung, keeper in keepers.items()}
    for keeper in keepers.values():
        keeper.close()


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_attacks_gain_nothing_and_spoil_nothing(attack, rung, graders) -> None:
    assert list(try_attack(attack, graders[rung], PLAN)) == []


def test_attacks_say_what_they_try() -> None:
    assert len(ATTACKS) >= 80
    for attack in ATTACKS:
        assert attack.about.endswith("."), attack.name
        assert len(attack.cells) > 2
        assert any(HONEST in cell for cell in attack.cells)


def test_an_attack_that_gets_through_is_noticed(graders) -> None:
    """The suite itself: an honest answer to another exercise looks like marks that were not earned."""
    (some, *_) = ATTACKS
    answer = "def matvec(A, x):\n    return (np.asarray(A, float) @ np.asarray(x, float).T).T"
    through = type(some)(name="through", about="x", cells=(*some.cells[:2], answer), careless=False)
    assert any("matvec earned" in fault for fault in try_attack(through, graders["namespaces"], PLAN))
    spoilt = type(some)(
        name="spoilt", about="x", cells=(*some.cells[:2], f"def {HONEST}(X, Y): return None"), careless=False
    )
    assert any(f"{HONEST} earned 0" in fault for fault in try_attack(spoilt, graders["namespaces"], PLAN))
