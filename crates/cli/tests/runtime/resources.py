# importlib.resources in all its forms.
#$ $APP
import importlib.resources as resources
import os
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
import demo
import demo.sub
import demo.deep


def attempt(call, *arguments, **keywords):
    try:
        result = call(*arguments, **keywords)
        print(call.__name__, result)
    except Exception as error:
        print(call.__name__, type(error).__name__)


root = resources.files("demo")
print(resources.files(demo).joinpath("text.txt").read_text(), end="")
print(sorted(item.name for item in root.iterdir() if item.name != "__pycache__"))
print((root / "data" / "bytes.bin").read_bytes(), root.joinpath("data/utf8.txt").read_text(encoding="utf-8"), end="")
print(root.name, root.is_dir(), root.is_file(), (root / "text.txt").is_file(), (root / "nothing").is_file(), (root / "nothing").is_dir())
print(sorted(item.name for item in (root / "data").iterdir()), (root / "data" / "deep").is_dir())
print((root / "data" / "deep" / "deep.txt").open().read(), (root / "text.txt").open("rb").read())
with (root / "text.txt").open(encoding="ascii") as stream:
    print(list(stream), stream.encoding)
with resources.as_file(root / "text.txt") as path:
    print(type(path) is type(pathlib.Path()), path.name.endswith("text.txt"), path.read_text(), end="")
with resources.as_file(root / "data" / "bytes.bin") as path:
    print(os.path.getsize(path), open(path, "rb").read())
if sys.version_info >= (3, 12):
    with resources.as_file(root / "data") as path:
        print(sorted(os.listdir(path)), (path / "deep" / "deep.txt").read_text())
for name in "demo", "demo.sub", demo:
    attempt(resources.read_text, name, "text.txt")
    attempt(resources.is_resource, name, "text.txt")
    attempt(resources.is_resource, name, "data")
    attempt(resources.read_binary, name, "nothing")
attempt(resources.is_resource, "demo", "__init__.py")
print(resources.open_binary("demo", "text.txt").read(), resources.open_text("demo.sub", "sub.txt").read())
with resources.path("demo", "text.txt") as path:
    print(path.read_text())
if hasattr(resources, "contents"):
    print(sorted(name for name in resources.contents("demo") if name != "__pycache__"))
attempt(resources.read_text, "demo.deep", "text.txt")
attempt(resources.read_text, "absent", "text.txt")
attempt((root / "nothing").read_text)
attempt((root / "data").read_text)
attempt(resources.files, "absent")
# Namespace packages.
if sys.version_info >= (3, 10):
    part = resources.files("nsdemo.part")
    print(part.joinpath("ns.txt").read_text(), sorted(item.name for item in part.iterdir() if item.name != "__pycache__"))
    print(sorted(item.name for item in resources.files("demo.data").iterdir()))
    print(resources.files("demo.data").joinpath("utf8.txt").read_text("utf-8"))
    print(resources.files("demo.data.deep").joinpath("deep.txt").read_text())
if sys.version_info >= (3, 12):
    print(resources.files().joinpath("nothing").is_file())
    print(root.joinpath("data", "deep", "deep.txt").read_text())
print(root.joinpath("sub").joinpath("sub.txt").read_text(), (root / "sub" / "leaf.py").read_text().splitlines()[0])
import pkgutil
print(pkgutil.get_data("demo", "text.txt"), pkgutil.get_data("demo", "data/deep/deep.txt"), pkgutil.get_data("demo.sub", "sub.txt"))
attempt(pkgutil.get_data, "demo", "nothing")
attempt(pkgutil.get_data, "absent", "nothing")
print(demo.__loader__.get_data(os.path.join(os.path.dirname(demo.__file__), "text.txt")))
print(demo.__loader__.get_resource_reader("demo").is_resource("text.txt"))
print(sorted(n for n in demo.__loader__.get_resource_reader("demo").contents() if n != "__pycache__"))
