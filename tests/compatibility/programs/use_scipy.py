# /// script
# dependencies = ["scipy"]
# ///
"""Linear algebra, sparse matrices, integration, optimisation, special functions, statistics, signals, files, constants, distances."""

import io

import numpy as np
import scipy
from scipy import constants, fft, integrate, interpolate, io as files, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
from scipy.cluster import vq
from scipy.sparse import linalg as sparse_linalg

print("determinant", round(linalg.det([[1.0, 2.0], [3.0, 4.0]]), 9))
print("exponential", np.round(linalg.expm([[0.0, 1.0], [-1.0, 0.0]]), 6).tolist())
print("lu", np.round(linalg.lu([[4.0, 3.0], [6.0, 3.0]])[2], 6).tolist())
matrix = sparse.diags_array([[-1.0] * 4, [2.0] * 5, [-1.0] * 4], offsets=[-1, 0, 1]).tocsc()
print("sparse", np.round(sparse_linalg.spsolve(matrix, np.ones(5)), 6).tolist())
print("arpack", np.round(np.sort(sparse_linalg.eigsh(matrix, k=2, return_eigenvectors=False, v0=np.ones(5))), 6).tolist())
print("integral", round(integrate.quad(lambda x: np.exp(-(x**2)), 0, np.inf)[0], 9))
solution = integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0], method="LSODA", rtol=1e-8)
print("ode", round(float(solution.y[0, -1]), 6))
print("minimum", np.round(optimize.minimize(optimize.rosen, [1.3, 0.7], method="BFGS").x, 4).tolist())
print("root", round(optimize.brentq(np.cos, 0, 3), 9))
plan = optimize.linprog([-1, -2], A_ub=[[1, 1], [1, 3]], b_ub=[4, 6])
print("linear program", round(plan.fun, 6), np.round(plan.x, 6).tolist())
print("gamma", special.gamma(5), round(special.jv(0, 1.0), 9), special.comb(5, 2, exact=True))
print("t-test", round(stats.ttest_ind([1, 2, 3, 4], [2, 3, 4, 5]).pvalue, 6))
print("normal", round(stats.norm.ppf(0.975), 6), stats.norm.rvs(size=2, random_state=3).round(6).tolist())
print("quasi-random", stats.qmc.Sobol(2, scramble=False).random(4).tolist())
print("filter", np.round(signal.butter(2, 0.5)[0], 6).tolist())
print("spline", round(float(interpolate.CubicSpline([0, 1, 2, 3], [0, 1, 8, 27])(1.5)), 6))
print("hull", sorted(spatial.ConvexHull([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]]).vertices.tolist()))
print("nearest", spatial.KDTree([[0, 0], [5, 5]]).query([1, 1])[1])
print("rotation", np.round(spatial.transform.Rotation.from_euler("z", 90, degrees=True).apply([1, 0, 0]), 6).tolist())
print("labels", ndimage.label([[1, 0, 1], [1, 0, 0]])[1])
print("fft", np.round(fft.dct([1.0, 2.0, 3.0]), 6).tolist())
print("clusters", np.bincount(vq.kmeans2(np.array([[0.0], [0.1], [9.0], [9.1]]), np.array([[0.0], [9.0]]), minit="matrix")[1]).tolist())
print("constant", constants.physical_constants["speed of light in vacuum"][0])
buffer = io.BytesIO()
files.savemat(buffer, {"a": np.eye(2)})
buffer.seek(0)
print("mat", files.loadmat(buffer)["a"].tolist())
try:
    linalg.cholesky([[1.0, 2.0], [2.0, 1.0]])
except linalg.LinAlgError as error:
    print("error", error)
print("subpackages", sorted(name for name in scipy.__all__ if name in ("datasets", "odr", "linalg")) != [])
