"""The references of numerical derivatives, held against derivatives worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reference.multivariable_calculus.numerical_gradient import numerical_gradient
from reference.multivariable_calculus.numerical_hessian import numerical_hessian
from reference.multivariable_calculus.numerical_jacobian import numerical_jacobian
from reference.probes import Probe

RNG = np.random.default_rng(5)
A = RNG.standard_normal((4, 4))
B = RNG.standard_normal(4)


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def deposit(x):
    bump = 20 * np.exp(-((x[0] - x[1]) ** 2) / 200)
    slope = -(x[0] - x[1]) / 100 * bump
    return np.array([x[1] / 100 + slope, x[0] / 100 - slope])


GRADIENTS = {
    "quadratic": (Probe("quadratic", (A, B)), RNG.standard_normal(4), lambda x: (A + A.T) @ x / 2 - B),
    "log_sum_exp": (Probe("log_sum_exp"), RNG.standard_normal(9), softmax),
    "product_and_wave": (
        Probe("product_and_wave"),
        RNG.standard_normal(3),
        lambda x: np.array([x[1] ** 2 + np.cos(x[0]) * x[2], 2 * x[0] * x[1], np.sin(x[0])]),
    ),
    "deposit_value": (Probe("deposit_value", (3.0,)), np.array([9.0, 5.5]), deposit),
    "polynomial": (Probe("quadratic", (np.array([[6.0]]), np.zeros(1))), np.array([2.0]), lambda x: 6 * x),
}
HESSIANS = {
    "quadratic": (*GRADIENTS["quadratic"][:2], lambda x: (A + A.T) / 2),
    "log_sum_exp": (*GRADIENTS["log_sum_exp"][:2], lambda x: np.diag(softmax(x)) - np.outer(softmax(x), softmax(x))),
    "product_and_wave": (
        *GRADIENTS["product_and_wave"][:2],
        lambda x: np.array(
            [[-np.sin(x[0]) * x[2], 2 * x[1], np.cos(x[0])], [2 * x[1], 2 * x[0], 0.0], [np.cos(x[0]), 0.0, 0.0]]
        ),
    ),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name):
    f, x, right = GRADIENTS[name]
    np.testing.assert_allclose(numerical_gradient(f, x), right(x), rtol=1e-8, atol=1e-8)


def test_a_bond():
    x = np.array([2.5, 1.0])
    rate = 1 + x.sum() / 100
    slope = -sum(t * 4.0 / rate ** (t + 1) for t in range(1, 11)) / 100 - 10 * 100 / rate**11 / 100
    np.testing.assert_allclose(numerical_gradient(Probe("bond_value", (4.0, 10)), x), [slope, slope], rtol=1e-8)


@pytest.mark.parametrize("name", HESSIANS)
def test_hessians(name):
    f, x, right = HESSIANS[name]
    np.testing.assert_allclose(numerical_hessian(f, x), right(x), rtol=1e-6, atol=1e-6)


def test_jacobians():
    np.testing.assert_allclose(numerical_jacobian(Probe("linear_map", (A,)), B), A, atol=1e-8)
    r, a = 2.0, 0.7
    right = [[np.cos(a), -r * np.sin(a)], [np.sin(a), r * np.cos(a)]]
    np.testing.assert_allclose(numerical_jacobian(Probe("polar"), np.array([r, a])), right, atol=1e-8)
    swaps = Probe("swap_values", (np.array([2.0, 5.0]),))
    x = np.array([1.0, 3.0, 2.0])
    columns = [(swaps.value(x + 1e-4 * e) - swaps.value(x - 1e-4 * e)) / 2e-4 for e in np.eye(3)]
    np.testing.assert_allclose(numerical_jacobian(swaps, x), np.array(columns).T, rtol=1e-6)
