# /// script
# dependencies = ["panel"]
# ///
"""An application saved as one page with all of its scripts, and its templates."""

import io
import re

import bokeh.resources
import panel

panel.extension()
column = panel.Column("# Title", panel.widgets.IntSlider(name="slider", end=5), panel.pane.HTML("<b>x</b>"))
for resources in bokeh.resources.INLINE, bokeh.resources.CDN:
    text = io.StringIO()
    column.save(text, resources=resources, title="Saved")
    page = text.getvalue()
    print(len(page) > 1_000_000, "IntSlider" in page, "Saved" in page)
template = panel.template.FastListTemplate(title="List", main=[column])
text = io.StringIO()
template.save(text, resources=bokeh.resources.CDN)
print("List" in text.getvalue(), sorted(name for name in vars(panel.template) if name.endswith("Template")))
