# /// script
# dependencies = ["matplotlib"]
# ///
"""Plots with Agg, as PNG, SVG and PDF, with its own fonts, styles, mathematical text, a sample of its data, and an animation."""

import io
import logging

import matplotlib

matplotlib.use("agg")

import matplotlib.animation
import matplotlib.cbook
import matplotlib.font_manager
import matplotlib.image
import matplotlib.pyplot as plt
import matplotlib.tri
import mpl_toolkits.mplot3d
import numpy as np

logging.getLogger("matplotlib").setLevel(logging.ERROR)
print("styles", len(plt.style.available) > 20, "ggplot" in plt.style.available)
font = matplotlib.font_manager.findfont("DejaVu Sans", fallback_to_default=False)
print("font", matplotlib.font_manager.get_font(font).family_name)
print("backend", matplotlib.get_backend().lower())
with plt.style.context("ggplot"):
    figure, axes = plt.subplots(2, 2, figsize=(6, 4), dpi=100)
    x = np.linspace(0, 6, 100)
    axes[0, 0].plot(x, np.sin(x), label=r"$\sin(x)\ \frac{1}{2}\sum_i$")
    axes[0, 0].legend(loc="upper right")
    axes[0, 1].imshow(np.outer(x, x), cmap="viridis")
    axes[1, 0].hist(np.random.default_rng(1).normal(size=500), bins=20)
    axes[1, 1].tricontourf(matplotlib.tri.Triangulation([0, 1, 0, 1], [0, 0, 1, 1]), [0, 1, 2, 3])
    figure.suptitle("Überschrift")
    figure.tight_layout()
for kind, start in (("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-1.4"), ("svg", b"<?xml"), ("eps", b"%!PS-Adobe"), ("jpg", b"\xff\xd8")):
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    print(kind, buffer.getvalue().startswith(start), len(buffer.getvalue()) > 5000)
    if kind == "png":
        picture = matplotlib.image.imread(io.BytesIO(buffer.getvalue()))
        print("picture", picture.shape, len(np.unique(picture.reshape(-1, 4), axis=0)) > 200, picture[0, 0].tolist())
plt.close(figure)
solid = plt.figure().add_subplot(projection="3d")
solid.plot_surface(*np.meshgrid([0, 1], [0, 1]), np.array([[0, 1], [1, 2]]))
solid.figure.canvas.draw()
print("3d", type(solid).__name__, np.asarray(solid.figure.canvas.buffer_rgba()).shape)
with matplotlib.cbook.get_sample_data("s1045.ima.gz") as sample:
    print("sample", len(sample.read() if hasattr(sample, "read") else sample))
figure, axes = plt.subplots()
(line,) = axes.plot([0, 1], [0, 1])
animation = matplotlib.animation.FuncAnimation(figure, lambda number: line.set_data([0, number], [0, 1]), frames=3)
print("animation", animation.to_jshtml().count("frames["))
try:
    plt.style.use("nothing")
except OSError as error:
    print("error", str(error)[:24])
