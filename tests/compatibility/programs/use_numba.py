# /// script
# dependencies = ["numba"]
# ///
"""Compiles functions with LLVM while the program runs: loops, arrays, ufuncs, typed containers, threads, errors."""

import numba
import numpy as np
from numba.typed import List


@numba.njit
def squares(count):
    total = 0
    for number in range(count):
        total += number * number
    return total


@numba.vectorize(["float64(float64, float64)"])
def mixed(a, b):
    return a * 2 + b


@numba.njit(parallel=True)
def norm(values):
    total = 0.0
    for index in numba.prange(values.size):
        total += values[index] ** 2
    return total ** 0.5


@numba.experimental.jitclass([("value", numba.int64)])
class Counter:
    def __init__(self, value):
        self.value = value

    def next(self):
        self.value += 1
        return self.value


print("loop", squares(1000), squares.signatures)
print("ufunc", mixed(np.arange(3.0), 1))
print("parallel", round(norm(np.arange(100.0)), 6), numba.get_num_threads() > 0)
print("class", Counter(41).next())
words = List()
words.append("a")
print("typed", len(words), numba.typeof(words))
print("llvm", "define" in squares.inspect_llvm(squares.signatures[0]))
print("callback", numba.cfunc("float64(float64)")(lambda x: x / 2).ctypes(3.0))
try:
    numba.njit(lambda x: x + "a")(1)
except numba.TypingError as error:
    print("error", str(error).splitlines()[0])
