# /// script
# dependencies = ["pyqtgraph", "pyside6-essentials", "numpy"]
# ///
"""Plots on a screen that is not there: icons, colour maps, an exported picture, and plug-ins of Qt."""

import os
import tempfile

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy
import pyqtgraph
import pyqtgraph.exporters

application = pyqtgraph.mkQApp("plot")
print(application.platformName(), sorted(pyqtgraph.colormap.listMaps())[:5])
window = pyqtgraph.GraphicsLayoutWidget(show=True)
plot = window.addPlot(title="A plot")
plot.plot(numpy.arange(10), numpy.arange(10) ** 2, pen="r")
image = pyqtgraph.ImageItem(numpy.arange(100.0).reshape(10, 10), colorMap=pyqtgraph.colormap.get("viridis"))
window.addPlot().addItem(image)
application.processEvents()
print(not pyqtgraph.icons.getGraphIcon("auto").pixmap(16, 16).isNull() if hasattr(pyqtgraph, "icons") else None)
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "plot.png")
    pyqtgraph.exporters.ImageExporter(window.scene()).export(path)
    print(os.path.getsize(path) > 1000)
