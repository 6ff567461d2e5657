"""Back-propagation through one hidden layer."""

from __future__ import annotations

import numpy as np

from reference.bounds import BACKPROPAGATION, BACKPROPAGATION_FLOOR
from reference.measures import largest, value
from reference.recipes import given, joint, made, normal
from reference.spec import Check, Exercise, case, equivalents, misconception


def mlp_loss_grad(params, X, y):
    """Return the mean squared error of a network with one hidden layer, and its gradient.

    Parameters
    ----------
    params : tuple (W1, b1, w2, b2)
        Weights of shapes (d, h), (h,), (h,) and a number.
    X : array of shape (n, d)
        One row an example.
    y : array of shape (n,)
        Targets.

    Returns
    -------
    loss : float
        The mean over the rows of (tanh(x'W1 + b1) w2 + b2 - y)**2.
    grad : tuple (dW1, db1, dw2, db2)
        Derivatives of the loss, of shapes (d, h), (h,), (h,) and a number.

    Raises
    ------
    ValueError
        If the shapes do not fit, such as `y` of shape (n, 1).

    Examples
    --------
    >>> loss, (dW1, db1, dw2, db2) = mlp_loss_grad(([[0.0]], [0.0], [1.0], 2.0), [[3.0]], [1.0])
    >>> loss, dW1.tolist(), db1.tolist(), dw2.tolist(), db2
    (1.0, [[6.0]], [2.0], [0.0], 2.0)
    """
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    a = np.tanh(X @ W1 + b1)
    r = a @ w2 + b2 - y
    back = 2 * np.outer(r, w2) * (1 - a**2) / len(y)
    return float(np.mean(r**2)), (X.T @ back, back.sum(axis=0), 2 * a.T @ r / len(y), float(2 * np.mean(r)))


def _checked(params, X, y):
    W1, b1, w2 = (np.asarray(part, dtype=float) for part in params[:3])
    b2, X, y = (np.asarray(part, dtype=float) for part in (params[3], X, y))
    fits = W1.ndim == 2 and X.ndim == 2 and len(X) > 0 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)
    if not fits or b1.shape != (W1.shape[1],) or w2.shape != (W1.shape[1],) or b2.shape != ():
        msg = f"W1, b1, w2, X and y have shapes {W1.shape}, {b1.shape}, {w2.shape}, {X.shape} and {y.shape}, which do not fit"
        raise ValueError(msg)
    return W1, b1, w2, float(b2), X, y


def example_by_example(params, X, y):
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    (d, h), n = W1.shape, len(y)
    loss, dW1, db1, dw2, db2 = 0.0, np.zeros((d, h)), np.zeros(h), np.zeros(h), 0.0
    for x, target in zip(X, y, strict=True):
        a = [np.tanh(sum(x[i] * W1[i, k] for i in range(d)) + b1[k]) for k in range(h)]
        r = sum(a[k] * w2[k] for k in range(h)) + b2 - target
        loss += r * r / n
        db2 += 2 * r / n
        for k in range(h):
            dw2[k] += 2 * r * a[k] / n
            slope = 2 * r * w2[k] * (1 - a[k] ** 2) / n
            db1[k] += slope
            for i in range(d):
                dW1[i, k] += slope * x[i]
    return [loss, [dW1.tolist(), list(db1), list(dw2), db2]]


def complex_step(params, X, y):
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    d, h = W1.shape
    packed = np.concatenate([W1.ravel(), b1, w2, [b2]]).astype(complex)

    def loss(p):
        hidden = np.tanh(X @ p[: d * h].reshape(d, h) + p[d * h : d * h + h])
        return np.mean((hidden @ p[d * h + h : d * h + 2 * h] + p[-1] - y) ** 2)

    g = np.array([loss(packed + 1e-30j * e).imag / 1e-30 for e in np.eye(len(packed))])
    return loss(packed).real, (g[: d * h].reshape(d, h), g[d * h : d * h + h], g[d * h + h : d * h + 2 * h], g[-1])


def forward_mode(params, X, y):
    """Push the change of every single parameter forward to the loss."""
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    z = np.einsum("ni,ik->nk", X, W1) + b1
    a = np.tanh(z)
    r = (a * w2).sum(axis=1) + b2 - y
    slope = 4 * np.exp(-2 * np.abs(z)) / (1 + np.exp(-2 * np.abs(z))) ** 2 * w2

    def change(of_output):
        return np.array(np.mean(2 * r * of_output))

    d, h = W1.shape
    dW1 = [[change(slope[:, k] * X[:, i]) for k in range(h)] for i in range(d)]
    gradient = (
        dW1,
        [change(slope[:, k]) for k in range(h)],
        [change(a[:, k]) for k in range(h)],
        change(np.ones(len(y))),
    )
    return np.dot(r, r) / len(y), gradient


def _variant(params, X, y, slope, factor=2.0):
    """Return what comes out with another derivative of the activation, or another factor of the residual."""
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    z = X @ W1 + b1
    a = np.tanh(z)
    r = a @ w2 + b2 - y
    back = factor * np.outer(r, w2) * slope(z, a) / len(y)
    return float(np.mean(r**2)), (X.T @ back, back.sum(axis=0), factor * a.T @ r / len(y), float(factor * np.mean(r)))


@misconception("Which factor does the chain rule add when it passes tanh?")
def forgets_tanh_derivative(params, X, y):
    return _variant(params, X, y, lambda z, _: np.ones_like(z))


@misconception("tanh' in terms of its output, or of its input?")
def derivative_at_preactivation(params, X, y):
    return _variant(params, X, y, lambda z, _: 1 - z**2)


@misconception("Which activation is used here?")
def sigmoid_derivative(params, X, y):
    return _variant(params, X, y, lambda _, a: a * (1 - a))


@misconception("Duplicate the data: should the gradient double?")
def gradient_missing_1_over_n(params, X, y):
    n = len(np.asarray(y))
    return _variant(params, X, y, lambda _, a: 1 - a**2, factor=2.0 * n)


@misconception("Differentiate a square.")
def gradient_missing_2(params, X, y):
    return _variant(params, X, y, lambda _, a: 1 - a**2, factor=1.0)


@misconception("Take a small step against your gradient: does the loss fall?")
def residual_sign(params, X, y):
    return _variant(params, X, y, lambda _, a: 1 - a**2, factor=-2.0)


@misconception("1 minus the output, or 1 minus its square?")
def one_minus_output(params, X, y):
    return _variant(params, X, y, lambda _, a: 1 - a)


@misconception("Through which weights does the error travel back?")
def forgets_the_outer_weights(params, X, y):
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    loss, (_, _, dw2, db2) = mlp_loss_grad((W1, b1, w2, b2), X, y)
    a = np.tanh(X @ W1 + b1)
    r = a @ w2 + b2 - y
    back = 2 * r[:, None] * (1 - a**2) / len(y)
    return loss, (X.T @ back, back.sum(axis=0), dw2, db2)


@misconception("Bump the first bias and compare: is its slope that of one example, or of all?")
def bias_of_last_example(params, X, y):
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    loss, (dW1, _, dw2, db2) = mlp_loss_grad((W1, b1, w2, b2), X, y)
    a = np.tanh(X @ W1 + b1)
    r = a @ w2 + b2 - y
    return loss, (dW1, 2 * r[-1] * w2 * (1 - a[-1] ** 2), dw2, db2)


@misconception("Which results have which shape: inputs first, or hidden units first?")
def first_layer_transposed(params, X, y):
    loss, (dW1, db1, dw2, db2) = mlp_loss_grad(params, X, y)
    return loss, (dW1.T, db1, dw2, db2)


@misconception("Do the outer weights see the hidden units before or after the activation?")
def outer_gradient_without_activation(params, X, y):
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    loss, (dW1, db1, _, db2) = mlp_loss_grad((W1, b1, w2, b2), X, y)
    z = X @ W1 + b1
    r = np.tanh(z) @ w2 + b2 - y
    return loss, (dW1, db1, 2 * z.T @ r / len(y), db2)


@misconception("Print the shape of the residual: is it n numbers, or n times n?")
def broadcasts_a_column(params, X, y):
    W1, b1, w2, b2, X, y = _checked(params, X, y)
    a = np.tanh(X @ W1 + b1)
    r = ((a @ w2 + b2)[:, None] - y).mean(axis=1)
    back = 2 * np.outer(r, w2) * (1 - a**2) / len(y)
    return float(np.mean(r**2)), (X.T @ back, back.sum(axis=0), 2 * a.T @ r / len(y), float(2 * np.mean(r)))


@misconception("What does numpy make of one target and five examples?")
def one_target_for_all(params, X, y):
    y = np.asarray(y, float)
    return mlp_loss_grad(params, X, np.repeat(y, len(np.asarray(X))) if y.shape == (1,) else y)


@misconception("What does numpy make of one outer weight and two hidden units?")
def one_outer_weight_for_all(params, X, y):
    W1, b1, w2, b2 = params
    w2 = np.asarray(w2, float)
    return mlp_loss_grad((W1, b1, np.repeat(w2, len(np.asarray(b1))) if w2.shape == (1,) else w2, b2), X, y)


@misconception("Is there one half in the loss?")
def half_the_loss(params, X, y):
    loss, gradient = mlp_loss_grad(params, X, y)
    return loss / 2, gradient


def _gradients(expected, got):
    worst, allowed = 0.0, BACKPROPAGATION_FLOOR
    for right, mine in zip(expected[1], got[1], strict=True):
        bound = BACKPROPAGATION * largest(right) + BACKPROPAGATION_FLOOR
        error = largest(np.asarray(mine) - np.asarray(right))
        if error - bound > worst - allowed:
            worst, allowed = error, bound
    return worst, allowed


gradient_is_right = Check(name="the gradient is right", residual=_gradients, against="expected")


def _network(rng, n, d, h, size=1.0):
    params = (
        size * rng.standard_normal((d, h)),
        rng.standard_normal(h),
        rng.standard_normal(h),
        float(rng.standard_normal()),
    )
    return params, rng.standard_normal((n, d)), rng.standard_normal(n) + 1


def _some(n, d, h, size=1.0):
    return joint(f"{n} examples, {d} inputs, {h} hidden units", lambda rng: _network(rng, n, d, h, size))


def _bad(change):
    """Return a recipe for a network of which `change` spoils a part."""

    def draw(rng):
        (W1, b1, w2, b2), X, y = _network(rng, 5, 3, 2)
        return change(W1, b1, w2, b2, X, y)

    return joint("a network that does not fit together", draw)


def _column_targets(W1, b1, w2, b2, X, y):
    return (W1, b1, w2, b2), X, y[:, None]


def _short_bias(W1, b1, w2, b2, X, y):
    return (W1, b1[:1], w2, b2), X, y


def _one_outer_weight(W1, b1, w2, b2, X, y):
    return (W1, b1, w2[:1], b2), X, y


def _one_target(W1, b1, w2, b2, X, y):
    return (W1, b1, w2, b2), X, y[:1]


def _narrow_inputs(W1, b1, w2, b2, X, y):
    return (W1, b1, w2, b2), X[:, :2], y


def _bias_a_row(W1, b1, w2, b2, X, y):
    return (W1, np.tile(b1, (5, 1)), w2, b2), X, y


def _stack_of_outer_weights(n):
    """Return a recipe for n examples and two units whose outer weights have axes too many."""

    def draw(rng):
        (W1, b1, w2, b2), X, y = _network(rng, n, 3, 2)
        return (W1, b1, w2[None, :, None], b2), X, y

    return joint(f"{n} examples, outer weights of shape (1, 2, 1)", draw)


def _weights_in_a_vector(W1, b1, w2, b2, X, y):
    return (W1[:, 0], b1[:1], w2[:1], b2), X, y


def _one_each(where):
    """Return a recipe for one example, one input and one unit, with an axis too many in one part."""

    def draw(rng):
        (W1, b1, w2, b2), X, y = _network(rng, 1, 1, 1)
        parts = {"W1": W1, "w2": w2, "X": X, "y": y}
        parts[where] = parts[where][None]
        return (parts["W1"], b1, parts["w2"], b2), parts["X"], parts["y"]

    return joint(f"one of everything, an axis too many in {where}", draw)


def _whole(rng):
    params = (rng.integers(-2, 3, (3, 2)), rng.integers(-1, 2, 2), rng.integers(1, 4, 2), 1)
    return params, rng.integers(-2, 3, (6, 3)), rng.integers(-3, 4, 6)


DOUBLED = "doubling rounds nothing, so it may come before or after the product"
PROMOTED = "what it is multiplied with, added to or subtracted from is float64, and numpy promotes exactly"
EMPTY = "only without any example is there a difference, and the exercise does not say what the mean of no examples is"
LENGTH = "a length is never negative"
INPUTS = "X @ W1 raises ValueError where the inputs do not match the rows of W1"
NUMBER = (
    "b2 is asked for as a number; an array of one entry is as good as one in the notebook as well, and float raises "
    "TypeError for others"
)
LEAST = "no shape is less than the empty one"
STRICT = "there are as many targets as rows"
COMPLEX = "adding a complex step makes it complex"
SQUARE = "a residual and its opposite have the same square"
OUTER = "a column times a row has one product for each pair, in either way"
BROADCAST = "numpy puts the missing axis in front by itself"
EQUIVALENTS = (
    equivalents("mlp_loss_grad",
                "return float(np.mean(r**2)), (X.T @ back, back.sum(axis=0), 2 * a.T @ r / len(y), float(2 * np.mean(r)))",
                "return float(np.mean(r**2)), (X.T @ back, back.sum(axis=0), 2 * (a.T @ r) / len(y), float(2 * np.mean(r)))",
                reason=DOUBLED)
    + equivalents("mlp_loss_grad", "W1, b1, w2 = (np.asarray(part, dtype=float) for part in params[:3])",
                  "W1, b1, w2 = (np.asarray(part) for part in params[:3])", reason=PROMOTED)
    + equivalents("mlp_loss_grad", "b2, X, y = (np.asarray(part, dtype=float) for part in (params[3], X, y))",
                  "b2, X, y = (np.asarray(part) for part in (params[3], X, y))", reason=PROMOTED)
    + equivalents("mlp_loss_grad",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) > 0 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)",
                  "fits = W1.ndim == 2 and X.ndim == 2 and (X.shape[1] == W1.shape[0]) and (y.shape == (len(X),))",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) >= 0 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) > -1 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)",
                  reason=EMPTY)
    + equivalents("mlp_loss_grad",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) > 0 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)",
                  "fits = W1.ndim == 2 and X.ndim == 2 and (len(X) > 0) and (y.shape == (len(X),))",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) > 0 and X.shape[1] <= W1.shape[0] and y.shape == (len(X),)",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) > 0 and X.shape[1] >= W1.shape[0] and y.shape == (len(X),)",
                  reason=INPUTS)
    + equivalents("mlp_loss_grad",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) > 0 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)",
                  "fits = W1.ndim == 2 and X.ndim == 2 and len(X) != 0 and X.shape[1] == W1.shape[0] and y.shape == (len(X),)",
                  reason=LENGTH)
    + equivalents("mlp_loss_grad",
                  "if not fits or b1.shape != (W1.shape[1],) or w2.shape != (W1.shape[1],) or b2.shape != ():",
                  "if not fits or b1.shape != (W1.shape[1],) or w2.shape != (W1.shape[1],):",
                  "if not fits or b1.shape != (W1.shape[1],) or w2.shape != (W1.shape[1],) or b2.shape < ():",
                  reason=NUMBER)
    + equivalents("mlp_loss_grad",
                  "if not fits or b1.shape != (W1.shape[1],) or w2.shape != (W1.shape[1],) or b2.shape != ():",
                  "if not fits or b1.shape != (W1.shape[1],) or w2.shape != (W1.shape[1],) or b2.shape > ():",
                  reason=LEAST)
    + equivalents("example_by_example", "for x, target in zip(X, y, strict=True):",
                  "for x, target in zip(X, y, strict=False):", reason=STRICT)
    + equivalents("complex_step", "packed = np.concatenate([W1.ravel(), b1, w2, [b2]]).astype(complex)",
                  "packed = np.concatenate([W1.ravel(), b1, w2, [b2]])", reason=COMPLEX)
    + equivalents("complex_step", "return np.mean((hidden @ p[d * h + h : d * h + 2 * h] + p[-1] - y) ** 2)",
                  "return np.mean((y - (hidden @ p[d * h + h:d * h + 2 * h] + p[-1])) ** 2)", reason=SQUARE)
    + equivalents("notebook", "W1, b1, w2 = (np.asarray(part, dtype=float) for part in params[:3])",
                  "W1, b1, w2 = (np.asarray(part) for part in params[:3])", reason=PROMOTED)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=PROMOTED)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=PROMOTED)
    + equivalents("notebook", "if W1.ndim != 2 or X.ndim != 2 or X.shape[1] != len(W1) or y.shape != (len(X),):",
                  "if W1.ndim != 2 or X.ndim != 2 or y.shape != (len(X),):",
                  "if W1.ndim != 2 or X.ndim != 2 or X.shape[1] < len(W1) or y.shape != (len(X),):",
                  "if W1.ndim != 2 or X.ndim != 2 or X.shape[1] > len(W1) or y.shape != (len(X),):", reason=INPUTS)
    + equivalents("notebook", "to_hidden = to_output[:, None] * w2[None, :] * (1 - hidden**2)",
                  "to_hidden = to_output[:, None] @ w2[None, :] * (1 - hidden**2)", reason=OUTER)
    + equivalents("notebook", "to_hidden = to_output[:, None] * w2[None, :] * (1 - hidden**2)",
                  "to_hidden = to_output[:, None] * w2 * (1 - hidden**2)", reason=BROADCAST)
)  # fmt: skip

EXERCISE = Exercise(
    solution=mlp_loss_grad,
    points=8,
    cases=(
        case("one of everything", joint("W1 = 0, b1 = 0, w2 = 1, b2 = 2", lambda _: ((np.zeros((1, 1)), np.zeros(1), np.ones(1), 2.0),)), given([[3.0]]), given([1.0]), public=True,
             why="by hand: tanh(0) = 0, so the output is 2, the residual 1; the slope of tanh at 0 is 1, so dW1 = 2 * 1 * 1 * 3 = 6"),
        case("two examples", joint("W1 = (1, 0), b1 = 0, w2 = 1, b2 = 0", lambda _: ((np.array([[1.0], [0.0]]), np.zeros(1), np.ones(1), 0.0),)),
             given([[0.0, 5.0], [0.0, -5.0]]), given([0.0, 2.0]), public=True,
             why="by hand: both outputs are 0, the residuals 0 and -2, the loss 2; only the second input moves W1: -2 * -5 = 10"),
        case("targets in a column", joint("W1 = 1, b1 = 0, w2 = 1, b2 = 0", lambda _: ((np.ones((1, 1)), np.zeros(1), np.ones(1), 0.0),)), given([[1.0], [2.0]]), given([[1.0], [2.0]]),
             public=True, kind="error", why="with a column numpy subtracts every target from every output"),
        case("nine examples, three inputs, four units", _some(9, 3, 4), why="all shapes differ"),
        case("six examples, five inputs, two units", _some(6, 5, 2), why="more inputs than units"),
        case("one example", _some(1, 3, 4), kind="edge", why="the mean over one example is that example"),
        case("one hidden unit", _some(7, 3, 1), kind="edge", why="one unit: matrices of one column"),
        case("as many of everything", _some(4, 4, 4), kind="edge", why="where n, d and h are equal a transpose does not crash"),
        case("saturated units", _some(8, 3, 3, size=30.0), kind="edge", why="where tanh is flat almost nothing comes back"),
        case("one input", _some(7, 1, 3), kind="edge", why="one input: matrices of one row"),
        case("whole numbers", joint("small whole numbers", _whole), kind="edge", why="whole numbers in, fractions out"),
        case("lists", joint("lists of whole numbers", lambda _: ((((1, 0), (0, 1)), (0, 1), (1, 2), 1), ((1, 0), (2, 1), (0, 1)), (1, 0, 2))), kind="edge",
             why="numbers may come as lists, which cannot be multiplied until they are arrays"),
        case("a column of targets", _bad(_column_targets), kind="error", why="y must be a vector"),
        case("a bias too short", _bad(_short_bias), kind="error", why="each hidden unit needs a bias"),
        case("a single outer weight", _bad(_one_outer_weight), kind="error", why="each hidden unit needs an outer weight"),
        case("a single target", _bad(_one_target), kind="error", why="numpy would hold every example against the same target and say nothing"),
        case("a target in a column", _one_each("y"), kind="error", why="y must be a vector, also where there is one example"),
        case("outer weights in a table", _one_each("w2"), kind="error", why="w2 must be a vector, also where there is one unit"),
        case("a stack of outer weights", _stack_of_outer_weights(1), kind="error", why="w2 must be a vector"),
        case("a stack of outer weights, two examples", _stack_of_outer_weights(2), kind="error", why="w2 must be a vector, whatever numpy makes of it"),
        case("a stack of weights", _one_each("W1"), kind="error", why="W1 must be a matrix"),
        case("a stack of inputs", _one_each("X"), kind="error", why="X must be a matrix"),
        case("a vector of weights", _bad(_weights_in_a_vector), kind="error", why="W1 must be a matrix, also where there is one unit"),
        case("a bias for each example", _bad(_bias_a_row), kind="error", why="numpy would give every example its own biases and say nothing"),
        case("inputs that do not match", _bad(_narrow_inputs), kind="error", why="each input needs a row of weights"),
        case("a vector of inputs", made("W1 of shape (3, 2)", lambda r: (r.standard_normal((3, 2)), r.standard_normal(2), r.standard_normal(2), 0.5)), normal(3), normal(1), kind="error",
             why="examples are rows of a matrix"),
    ),
    checks=(value(rtol=BACKPROPAGATION, atol=BACKPROPAGATION_FLOOR, part=0, name="the loss is right"), gradient_is_right),
    misconceptions=(
        forgets_tanh_derivative, derivative_at_preactivation, sigmoid_derivative, gradient_missing_1_over_n,
        gradient_missing_2, residual_sign, one_minus_output, forgets_the_outer_weights, bias_of_last_example,
        first_layer_transposed, outer_gradient_without_activation, broadcasts_a_column, one_target_for_all,
        one_outer_weight_for_all, half_the_loss,
    ),
    alternatives=(example_by_example, complex_step, forward_mode),
    equivalents=EQUIVALENTS,
)  # fmt: skip
