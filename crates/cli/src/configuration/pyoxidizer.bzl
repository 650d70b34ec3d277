# This file says how a program is made of a Python application. `pyoxidizer build` evaluates it: it is Starlark, a small
# dialect of Python. Paths in it begin in its own directory.

# A function for each target. This one finds the Python that the program is made of: the newest one, or a version.
def make_dist():
    return default_python_distribution()
    # return default_python_distribution(python_version = "3.12")

# The program.
def make_exe(dist):
    # Which resources go in, and where they are when the program runs.
    policy = dist.make_python_packaging_policy()

    # Everything is imported from memory. These lines place files beside the program instead.
    # policy.resources_location = "filesystem-relative:lib"
    # Extension modules alone, as some need to be files:
    # policy.resources_location_fallback = "filesystem-relative:lib"

    # Leaves source text out: smaller, but tracebacks show no lines.
    # policy.include_distribution_sources = False
    # policy.include_non_distribution_sources = False

    # Data files and tests of the standard library.
    # policy.include_distribution_resources = True
    # policy.include_test = True

    # Is called for every resource, and may say something else about it.
    # def callback(policy, resource):
    #     if type(resource) == "PythonPackageResource" and resource.name.endswith(".md"):
    #         resource.add_include = False
    # policy.register_resource_callback(callback)

    # How the interpreter behaves: `pyoxidizer pack --config help` lists all attributes.
    python_config = dist.make_python_interpreter_config()

    # What the program runs: by default the interactive interpreter. Statements, or a module or package as `python -m`
    # does:
    @RUN_MODE@
    # python_config.run_mode = "module:app"

    # Also import modules from files beside the program.
    # python_config.module_search_paths = ["$ORIGIN/lib"]

    exe = dist.to_python_executable(
        name = @NAME@,
        packaging_policy = policy,
        config = python_config,
    )

    # Packages from PyPI, a project, packages of a directory, or a virtualenv.
    @PIP_INSTALL@
    # exe.add_python_resources(exe.pip_install(["."]))
    # exe.add_python_resources(exe.read_package_root(path = "src", packages = ["app"]))
    # exe.add_python_resources(exe.read_virtualenv(path = ".venv"))

    # Resources can be changed one by one before they are added.
    # for resource in exe.pip_install(["black==24.1.0"]):
    #     resource.add_location = "filesystem-relative:lib"
    #     exe.add_python_resource(resource)

    return exe

# The resources of the program alone, for Rust programs that bring their own interpreter.
def make_embedded_resources(exe):
    return exe.to_embedded_resources()

# A directory with the program and whatever belongs beside it.
def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    # files.add_manifest(glob(["LICENSE", "docs/**/*.md"]))
    return files

register_target("dist", make_dist)
register_target("exe", make_exe, depends = ["dist"])
register_target("resources", make_embedded_resources, depends = ["exe"], default_build_script = True)
register_target("install", make_install, depends = ["exe"], default = True)

# Makes the targets that were asked for: `pyoxidizer build exe`, or the default one.
resolve_targets()
