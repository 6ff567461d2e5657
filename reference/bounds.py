"""Tolerances, each with its source. Unit round-off of float64 is u = 1.1e-16.

Test files quote the constants by value. A constant names what it allows for, not the exercise that uses it. "Higham"
is N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition.
"""

# A sum of n products errs by at most n u sum|a||b| (Higham, section 3.1): 1e-12 allows for n = 1000 with a factor of
# ten to spare.
SUM_OF_PRODUCTS = 1e-12

# A quotient of sums of products and square roots, each within SUM_OF_PRODUCTS: a thousand times that, so that any
# order of scaling and summing passes.
NORMALISED = 1e-9

# Projections on column spaces of condition up to 1e4: u times the condition is 1e-12 for QR, SVD and least squares
# (Higham, section 20.1); four orders are left for the length of the vectors.
PROJECTION = 1e-8
PROJECTION_FLOOR = 1e-10

# Loss of orthogonality of modified Gram-Schmidt is at most a small multiple of u times the condition (Higham, section
# 19.8): 1e-10 at condition 1e6. The classical form loses u times the condition squared, 1e-4 there.
ORTHONORMAL = 1e-8
SPAN = 1e-8

# Gaussian elimination with row exchanges, Gauss-Jordan and the SVD leave residuals of order n u (Higham, theorem 9.4);
# the solution errs by that times the condition, 1e-9 at 1e6.
RESIDUAL = 1e-10
SOLUTION = 1e-7

# After convergence a dominant eigenpair of a symmetric matrix is found to about u; iterations may stop at 1e-10.
UNIT_LENGTH = 1e-8
EIGENVALUE = 1e-8
EIGENVECTOR = 1e-7

# A stationary distribution errs by u over the gap of the chain, 1e-12 for a gap of 5e-4.
STATIONARY = 1e-7
STATIONARY_FLOOR = 1e-9

# Means of data with offset 1e6 and unit spread err by 1e-10 of themselves, variances by 1e-10 squared over the spread
# once the data are centred; one-pass formulas lose 1e-4 of the variance there.
MEAN = 1e-9
VARIANCE = 1e-6
EIGENSPACE = 1e-6
