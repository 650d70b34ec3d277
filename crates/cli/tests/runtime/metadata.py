# importlib.metadata of packed distributions.
#$ $APP
import importlib.metadata as metadata
import sys

print(metadata.version("demo"), metadata.version("Demo"), metadata.metadata("demo")["Summary"])
print(metadata.metadata("demo").get_all("Requires-Dist"), metadata.requires("demo"))
print(sorted(str(p) for p in metadata.files("demo") if p.name != "INSTALLER"))
file = [p for p in metadata.files("demo") if p.name == "text.txt"][0]
print(file, file.name, file.size, file.hash, type(file).__name__)
print(file.read_text(), file.read_binary(), file.locate(), file.locate().is_file(), file.locate().exists())
for missing in "demo/absent.txt", "absent":
    try:
        print(distribution_file := metadata.distribution("demo").locate_file(missing), distribution_file.exists())
        distribution_file.read_text()
    except OSError as error:
        print(type(error).__name__)
points = metadata.entry_points()
if sys.version_info >= (3, 10):
    print(list(points.select(group="demo.plugins")), list(metadata.entry_points(group="console_scripts", name="tool")))
    print(points.select(group="demo.plugins")["point"].load())
    print(metadata.packages_distributions().get("demo"))
else:
    print(points["demo.plugins"], [p for p in points["console_scripts"] if p.name == "tool"])
    print(points["demo.plugins"][0].load())
print([d.metadata["Name"] for d in metadata.distributions() if d.metadata["Name"] == "Demo"])
distribution = metadata.distribution("demo")
print(distribution.version, distribution.read_text("top_level.txt"), distribution.read_text("nothing"))
print(list(distribution.entry_points), distribution.metadata["Provides-Extra"], distribution.metadata.get_payload() if distribution.metadata.get_payload() else "")
if sys.version_info >= (3, 10):
    print(distribution.name, distribution.metadata.json["name"])
print(distribution.locate_file("demo/text.txt"))
for name in "absent", "demo2", "dem":
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError as error:
        print(repr(error), str(error), isinstance(error, ImportError), error.name)
try:
    metadata.version("\udc80")
except metadata.PackageNotFoundError:
    print("no project has a name that is no text")
try:
    metadata.version("")
except Exception as error:
    print(type(error).__name__)
print(metadata.Distribution.from_name("demo").version, len(list(metadata.Distribution.discover(name="demo"))))
print(len(list(metadata.Distribution.discover(name="demo", path=["/nonexistent"]))))
