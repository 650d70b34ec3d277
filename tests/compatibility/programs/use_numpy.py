# /// script
# dependencies = ["numpy"]
# ///
"""Linear algebra through its bundled OpenBLAS, FFT, random numbers, structured arrays, files, and testing helpers."""

import io
import tempfile

import numpy as np
import numpy.ctypeslib
import numpy.testing

a = np.arange(12, dtype=np.float64).reshape(3, 4)
print("product", (a @ a.T).tolist())
print("solve", np.round(np.linalg.solve([[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0]), 12).tolist())
print("eigenvalues", np.round(np.linalg.eigvalsh([[2.0, 0.0], [0.0, 3.0]]), 12).tolist())
print("singular values", np.round(np.linalg.svd(a, compute_uv=False), 6).tolist())
print("fft", np.round(np.abs(np.fft.rfft(np.sin(np.arange(8) * np.pi / 2))), 9).tolist())
print("random", np.random.default_rng(7).integers(0, 100, 6).tolist())
print("legacy random", np.random.RandomState(7).randint(0, 100, 6).tolist())
print("polynomial", np.polynomial.Polynomial([6, -5, 1]).roots().round(9).tolist())

people = np.array([("Ada", 36), ("Grace", 85)], dtype=[("name", "U8"), ("age", "i4")])
print("structured", people["name"][people["age"] > 40].tolist())
print("dates", (np.datetime64("2024-03-01") - np.datetime64("2024-02-01")).astype(int))
print("strings", np.char.upper(np.array(["a", "b"])).tolist())
print("einsum", np.einsum("ij,ij->i", a, a).tolist())

buffer = io.BytesIO()
np.savez_compressed(buffer, a=a)
buffer.seek(0)
print("npz", np.load(buffer)["a"].sum())
with tempfile.TemporaryDirectory() as directory:
    mapped = np.memmap(f"{directory}/x", dtype="i2", mode="w+", shape=(4,))
    mapped[:] = [1, 2, 3, 4]
    mapped.flush()
    print("memmap", np.fromfile(f"{directory}/x", dtype="i2").tolist())
pointer = numpy.ctypeslib.as_ctypes(np.array([5, 6, 7], dtype=np.int32))
print("ctypes", list(pointer))
try:
    numpy.testing.assert_allclose([1.0], [1.1])
except AssertionError as error:
    print("testing", str(error).strip().splitlines()[0])
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as error:
    print("error", error)
