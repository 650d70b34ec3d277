# /// script
# dependencies = ["pynndescent"]
# ///
"""Nearest neighbours with functions that numba compiles from source files."""

import numpy
import pynndescent

data = numpy.random.default_rng(1).random((300, 8))
index = pynndescent.NNDescent(data, n_neighbors=5, random_state=1, n_jobs=1)
neighbours, distances = index.neighbor_graph
print(neighbours.shape, (neighbours[:, 0] == numpy.arange(300)).mean(), distances[:, 0].max())
exact = numpy.argsort(((data[:5, None] - data[None]) ** 2).sum(-1), axis=1)[:, :5]
print(numpy.mean([len(set(a) & set(b)) for a, b in zip(exact, neighbours[:5])]) > 4)
