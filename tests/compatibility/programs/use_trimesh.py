# /// script
# dependencies = ["trimesh", "scipy", "networkx", "shapely"]
# ///
"""Solids, files of several formats, and the schemas and templates that the package has as data."""

import io

import trimesh

box, ball = trimesh.creation.box((1, 2, 3)), trimesh.creation.icosphere(2)
print(box.volume, round(ball.area, 6), box.is_watertight, ball.euler_number)
for kind in "stl", "ply", "glb", "off", "obj", "dae":
    try:
        data = box.export(file_type=kind)
    except BaseException as error:
        print(kind, type(error).__name__)
        continue
    data = data.encode() if isinstance(data, str) else data
    again = trimesh.load(io.BytesIO(data), file_type=kind, force="mesh")
    print(kind, len(data), round(float(again.volume), 6))
print(len(trimesh.resources.get_string("templates/base.svg")), sorted(trimesh.resources.get_json("units_to_inches.json"))[:3])
print(trimesh.units.unit_conversion("meters", "inches") > 39, len(trimesh.path.creation.circle(radius=1).entities))
