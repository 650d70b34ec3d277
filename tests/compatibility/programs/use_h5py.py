# /// script
# dependencies = ["h5py"]
# ///
"""HDF5 files: groups, attributes, compression, chunks, strings, references, virtual sources, errors."""

import os
import tempfile

import h5py
import numpy as np

print("built with", h5py.version.hdf5_version_tuple >= (1, 12), h5py.h5z.filter_avail(h5py.h5z.FILTER_DEFLATE))
with tempfile.TemporaryDirectory() as directory:
    name = os.path.join(directory, "data.h5")
    with h5py.File(name, "w") as file:
        data = file.create_dataset("group/data", data=np.arange(1000).reshape(10, 100), chunks=(5, 50), compression="gzip")
        data.attrs["unit"] = "m"
        file["names"] = ["ä", "b"]
        file["link"] = h5py.SoftLink("/group/data")
        file.create_dataset("table", data=np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]))
        file.attrs["reference"] = data.ref
    with h5py.File(name, "r") as file:
        print("data", file["link"][3, 5:8], file["group/data"].attrs["unit"], file["group/data"].compression)
        print("names", file["names"].asstr()[:].tolist(), file["table"]["b"], file[file.attrs["reference"]].shape)
        found = []
        file.visititems(lambda path, item: found.append((path, type(item).__name__)))
        print("items", found)
    layout = h5py.VirtualLayout(shape=(2, 100), dtype="i8")
    layout[0] = h5py.VirtualSource(name, "group/data", shape=(10, 100))[9]
    with h5py.File(os.path.join(directory, "virtual.h5"), "w") as file:
        file.create_virtual_dataset("all", layout, fillvalue=-1)
        print("virtual", file["all"][:, 99])
    try:
        h5py.File(os.path.join(directory, "missing.h5"), "r")
    except FileNotFoundError as error:
        print("error", error.errno)
