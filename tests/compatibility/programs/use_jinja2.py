# /// script
# dependencies = ["jinja2", "markupsafe"]
# ///
"""Templates from memory, a package and a directory, its extensions, compiled templates, and the native escape of markupsafe."""

import pathlib
import tempfile
import traceback

import jinja2
import jinja2.ext
import jinja2.sandbox
import markupsafe
from markupsafe import _speedups

print("native", markupsafe._escape_inner is _speedups._escape_inner)
print("markup", markupsafe.Markup("<b>%s</b>") % "<i>", markupsafe.Markup("&lt;a&gt;").unescape())
templates = {
    "base": "<title>{% block title %}none{% endblock %}</title>{% include 'list' %}",
    "page": "{% extends 'base' %}{% block title %}{{ title | upper }}{% endblock %}",
    "list": "{% for item in items if item %}{{ loop.index }}:{{ item }}{{ ', ' if not loop.last }}{% endfor %}",
    "macros": "{% macro tag(name) %}<{{ name }}>{{ caller() }}</{{ name }}>{% endmacro %}",
    "use": "{% from 'macros' import tag %}{% call tag('em') %}x{% endcall %}",
    "bad": "line one\n{{ 1 / nothing }}",
}
extensions = ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
environment = jinja2.Environment(loader=jinja2.DictLoader(templates), autoescape=True, extensions=extensions)
print(environment.get_template("page").render(title="t & t", items=["a", "", "<b>"]))
print(environment.get_template("use").render())
environment.install_gettext_callables(str.upper, lambda one, many, n: one if n == 1 else many, newstyle=True)
print(environment.from_string("{% trans %}hello{% endtrans %} {{ 3.14159 | round(2) }} {{ [3, 1] | sort | tojson }}").render())
print(environment.from_string("{% do items.append(1) %}{% for i in items %}{{ i }}{% break %}{% endfor %}").render(items=[]))
try:
    environment.get_template("bad").render(nothing=0)
except ZeroDivisionError as error:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    print("error", frame.name, frame.lineno)
try:
    environment.from_string("{% if %}")
except jinja2.TemplateSyntaxError as error:
    print("error", error)
print("sandbox", end=" ")
try:
    jinja2.sandbox.SandboxedEnvironment().from_string("{{ ().__class__.__bases__[0].__subclasses__() }}").render()
except jinja2.sandbox.SecurityError as error:
    print(error)
with tempfile.TemporaryDirectory() as directory:
    pathlib.Path(directory, "a.html").write_text("from {{ where }}")
    print(jinja2.Environment(loader=jinja2.FileSystemLoader(directory)).get_template("a.html").render(where="a file"))
    environment.compile_templates(f"{directory}/compiled", zip=None, ignore_errors=True)
    compiled = jinja2.Environment(loader=jinja2.ModuleLoader(f"{directory}/compiled"), autoescape=True, extensions=extensions)
    print(compiled.get_template("page").render(title="compiled", items=[]))
try:
    jinja2.PackageLoader("jinja2", "templates")
except ValueError as error:
    print("error", "templates" in str(error))
