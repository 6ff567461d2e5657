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

# Normal equations of independent columns err by u times the square of the condition, 1e-8 at 1e4: solvers built on B'B
# were seen to err by up to 3e-8 over 200 draws. A ridge of 1e-6 or a dropped column errs by parts in ten there.
PROJECTION_ILL = 1e-6

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

# A posterior is a quotient of positive products and errs by a few u; computed through logarithms by u times the
# logarithm, 1e-13 for likelihoods down to 1e-300.
POSTERIOR = 1e-10

# log(sum(exp(a))) after subtracting the maximum errs by u times the largest |a|, 2e-13 at 2000, and by a few u from
# summing ten terms: relative to the result both are below 1e-15 for results that are not near 0.
LOG_SUM = 1e-10

# A log density is half a squared distance plus half a log determinant: each errs by u times the condition (Higham,
# theorem 10.4 for Cholesky), 1e-13 at condition 1e3. At 1e6, Cholesky, eigenvalues and an inverse were seen to differ by
# up to 1.4e-9 over 300 draws.
LOG_DENSITY = 1e-8
LOG_DENSITY_ILL = 1e-7
LOG_DENSITY_ILL_FLOOR = 1e-6

# A sum of a thousand logarithms of probabilities errs by 1000 u times its size, 1e-10 at -1000; subtracting the log of
# the evidence keeps that as an absolute error.
LOG_POSTERIOR = 1e-8

# Least squares: the residual is at right angles to the columns up to u |X| |y| times a small number (Higham, theorem
# 20.3), 1e-13 for a hundred rows. With columns of 1e6 beside 1e-3 weights of 1e3 meet columns of 1e6, and SVD and
# pseudo-inverse, which are accurate to u of the largest column only, were seen at 4e-10 over 1000 draws, QR below 1e-11;
# with a column that is the sum of two others to a millionth, all of them at 7e-10 at most, and an inverse of X'X above 4e-7.
NORMAL_EQUATIONS = 1e-8

# Weights of a polynomial of degree nine on [0.2, 1], condition 5e7: five stable solutions were seen to differ by 2e-8 at most
# over 1500 draws, normal equations to err by 3e-5 at least over 4000. On [0, 1], condition 4e6, normal equations erred by
# less than the bound in one draw of fifty.
LEAST_SQUARES_ILL = 1e-6

# Standardised columns err by a few u; at an offset of a million times the spread by 1e-10 of the spread, since the mean
# carries that much. One-pass formulas err by 1e-4 there.
SCALED = 1e-8
SCALED_FLOOR = 1e-9
SCALED_OFFSET = 1e-7

# Ridge: normal equations, an augmented QR and the SVD differ by u times the condition of X'X + n lam D, 1e-12 for the
# cases of full rank; where lam alone makes the matrix regular, its condition is 1e4 and normal equations square nothing.
RIDGE = 1e-7
RIDGE_FLOOR = 1e-9
RIDGE_ILL = 1e-6

# Sums of squared validation errors of three solvers were seen to differ by 2e-15 of themselves, with more columns than
# rows by 1e-12.
CROSS_VALIDATED = 1e-6
CROSS_VALIDATED_FLOOR = 1e-9
CROSS_VALIDATED_WIDE = 1e-5

# A probability errs by a few u of itself where it is computed from exp(-|z|); the form with tanh is accurate to u in
# absolute terms only, 2e-4 of the probability at a score of -30 and 9e-9 at -20.
PROBABILITY = 1e-9
PROBABILITY_FLOOR = 1e-13

# Steps of gradient descent are deterministic: rounding grows by at most a small factor over a few hundred steps.
DESCENT = 1e-7
DESCENT_FLOOR = 1e-9

# A minimiser of the penalised logistic loss is unique; whatever the algorithm, it can bring the gradient to 1e-8. Stopping
# one or two Newton steps early leaves 1e-3.
STATIONARY_GRADIENT = 1e-6

# A mean of logistic losses of order one is rounded to about u. A Newton step lowers it by half the squared gradient over the
# curvature: with a curvature of 90 (features of size 30) and a gradient of 2e-7 that is 2e-16, and a search that waits for
# the loss to fall stands still, as 95 of 2000 draws did. 1e-12 is far above rounding and far below what matters.
LOSS_ROUNDING = 1e-12

# logaddexp(0, z) - z at z = 20 is a difference of numbers of size 20 and errs by 4e-15 of a loss of 2e-9.
SMALL_LOSS = 1e-6
SMALL_LOSS_FLOOR = 1e-13

# An area under a ROC curve is a quotient of two numbers of pairs; adding trapezoids instead errs by n u.
RANKS = 1e-10

# Probabilities of three solvers that bring the gradient to 1e-11 were seen to differ by 1e-9. Solvers that stop at 1e-8, as
# the text allows, used a 28th of the bound at most over 200 draws; those that stop at 1e-6 exceeded it in one draw of four.
SCORECARD = 1e-5
SCORECARD_FLOOR = 1e-7

# Central differences of first order err by h^2/6 of the third derivative and u |f| / h: with h from 1e-4 to 1e-7 between
# 1e-11 and 1e-8 for functions of order one to a hundred. Forward differences err by h/2 of the second derivative, 5e-7
# of the slope of a bond and 5e-6 where curvatures are of order one; single precision of x itself costs 1e-7 of x.
FIRST_DIFFERENCE = 1e-6
FIRST_DIFFERENCE_FLOOR = 1e-7
SINGLE_PRECISION_GRADIENT = 1e-5

# Second differences err by 4 u |f| / h^2: 4e-8 to 1e-7 of |f| at h = 1e-4, garbage at 1e-8; one-sided ones by h times a
# third derivative, 1e-4.
SECOND_DIFFERENCE = 1e-5

# A quadratic form of n variables errs by 2 n u of the sum of its absolute terms.
QUADRATIC = 1e-10

# Loops, matrices and complex steps through a small network were seen to differ by 2e-9 at most, near saturation.
BACKPROPAGATION = 1e-8
BACKPROPAGATION_FLOOR = 1e-10

# The path of gradient descent is fixed by its rule: rounding differs by n u a step and is damped while the path converges;
# where it diverges, errors grow with it.
DESCENT_PATH = 1e-9
DIVERGING_PATH = 1e-7

# Newton's method stops at 1e-10; a Hessian of condition 1e4 leaves u times that in the gradient.
NEWTON_GRADIENT = 1e-8

# Weights of least variance err by u times the condition of the covariance: 1e-12 at 1e6 for solve, Cholesky and the
# Lagrangian system, as measured.
PORTFOLIO = 1e-7
PORTFOLIO_FLOOR = 1e-9
PORTFOLIO_ILL = 1e-6

# A projection on the simplex is a sort and a mean: n u of the entries once their level is taken out; at a level of 1e6 the
# entries themselves carry u times that, 1e-10.
SIMPLEX = 1e-8
SIMPLEX_FLOOR = 1e-9

# A projection that does not take out a level of 1e6 first sums six such entries: 5 u times 6e6 is 3e-9 and its sixth
# part, by which the level errs, 6e-10; 2.5e-10 was seen over 2000 draws by eight ways of sorting.
SIMPLEX_LEVEL_FLOOR = 1e-8

# Replaying the steps of stochastic gradient descent differs in the order of sums: n u a step.
SGD_REPLAY = 1e-8

# Feasibility after a projection is a matter of rounding. Weights that err by d raise the variance by the square of d:
# projected gradients that stop when weights change by 1e-6 were seen within 3e-8 of the least variance for conditions up
# to 100, those that stop at 1e-8 within 3e-12.
FEASIBLE = 1e-7
NOT_NEGATIVE = 1e-8
LEAST_VARIANCE = 1e-5
