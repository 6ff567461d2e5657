import numpy as np


def matvec(A, x):
    A = np.asarray(A, dtype=float)
    x = np.asarray(x, dtype=float)
    if x.shape[-1] != A.shape[1]:
        raise ValueError("x does not fit A")
    return (A @ x.T).T


def cosine_similarity(X, Y):
    X = np.asarray(X, dtype=float)
    Y = np.asarray(Y, dtype=float)
    if X.shape[1] != Y.shape[1]:
        raise ValueError("X and Y need the same number of columns")
    # scale first, so that tiny numbers survive squaring
    sx = np.abs(X).max(axis=1, keepdims=True)
    sy = np.abs(Y).max(axis=1, keepdims=True)
    X = X / np.where(sx == 0, 1, sx)
    Y = Y / np.where(sy == 0, 1, sy)
    nx = np.linalg.norm(X, axis=1)
    ny = np.linalg.norm(Y, axis=1)
    nx[nx == 0] = 1
    ny[ny == 0] = 1
    return np.clip((X @ Y.T) / np.outer(nx, ny), -1, 1)


def project(x, B):
    x = np.asarray(x, dtype=float)
    B = np.asarray(B, dtype=float)
    if B.ndim != 2 or x.shape != (B.shape[0],):
        raise ValueError("x must be as long as the columns of B")
    coefficients, *_ = np.linalg.lstsq(B, x, rcond=None)
    return B @ coefficients


def gram_schmidt(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError("A must be a matrix")
    Q = []
    for j in range(A.shape[1]):
        v = A[:, j].copy()
        size = np.linalg.norm(v)
        for _ in range(2):
            for q in Q:
                v = v - (q @ v) * q
        if np.linalg.norm(v) > 1e-10 * size:
            Q.append(v / np.linalg.norm(v))
    return np.array(Q).T if Q else np.zeros((A.shape[0], 0))


def solve_linear(A, b):
    A = np.array(A, dtype=float)
    b = np.array(b, dtype=float)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):
        raise ValueError("A must be square and b must fit")
    n = len(b)
    limit = 1e-13 * np.abs(A).max()
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if np.abs(A[p, k]) <= limit:
            raise ValueError("A is singular")
        A[[k, p]] = A[[p, k]]
        b[[k, p]] = b[[p, k]]
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - A[i, i + 1:] @ x[i + 1:]) / A[i, i]
    return x


def power_iteration(A, v0, n_iter=1000):
    A = np.asarray(A, dtype=float)
    v = np.array(v0, dtype=float)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (A.shape[0],) or not v.any():
        raise ValueError("A must be square and v0 a vector of the same length that is not zero")
    v = v / np.linalg.norm(v)
    for _ in range(n_iter):
        w = A @ v
        v = w / np.linalg.norm(w)
    return v @ A @ v, v


def stationary_distribution(P):
    P = np.asarray(P, dtype=float)
    if P.ndim != 2 or P.shape[0] != P.shape[1]:
        raise ValueError("P must be square")
    if (P < 0).any() or (np.abs(P.sum(axis=1) - 1) > 1e-8).any():
        raise ValueError("the rows of P must be probabilities")
    n = len(P)
    M = P.T - np.eye(n)
    M[-1] = 1
    rhs = np.zeros(n)
    rhs[-1] = 1
    return np.clip(np.linalg.solve(M, rhs), 0, None)


def pca(X, k):
    X = np.asarray(X, dtype=float)
    n, d = X.shape
    if n < 2 or not 1 <= k <= min(n, d):
        raise ValueError("need two rows, and k between 1 and min(n, d)")
    mean = X.mean(axis=0)
    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k], s[:k] ** 2 / (n - 1)

