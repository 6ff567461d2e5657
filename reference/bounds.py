"""Tolerances, each with its source. Unit round-off of float64 is u = 1.1e-16.

Test files quote the constants by value. A constant names what it allows for, not the exercise that uses it.
"""

# A sum of n products errs by at most n u sum|a||b| (Higham, Accuracy and Stability of Numerical Algorithms,
# section 3.1): 1e-12 allows for n = 1000 with a factor of ten to spare.
SUM_OF_PRODUCTS = 1e-12
