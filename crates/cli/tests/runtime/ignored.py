# packed only: PYTHON* variables have no influence, and what sys says about a packed program.
#$ PYTHONPATH=/nonexistent PYTHONHOME=/nonexistent PYTHONSTARTUP=/x PYTHONOPTIMIZE=2 PYTHONVERBOSE=1 PYTHONINSPECT=1 PYTHONDEBUG=1 PYTHONWARNINGS=error PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONIOENCODING=latin-1 PYTHONUTF8=0 PYTHONFAULTHANDLER=1 PYTHONTRACEMALLOC=1 PYTHONPROFILEIMPORTTIME=1 PYTHONBREAKPOINT=0 PYTHONDEVMODE=1 PYTHONHASHSEED=0 PYTHONMALLOC=debug PYTHONCASEOK=1 PYTHONUSERBASE=/x PYTHONEXECUTABLE=/x PYTHONNOUSERSITE=1 PYTHONPLATLIBDIR=x PYTHONINTMAXSTRDIGITS=640 PYTHONSAFEPATH=1 $APP
#$ cd / && exec -a other/name $APP
#$ ln -s $APP link.$$ && ./link.$$; rm -f link.$$
#$ cd $(dirname $APP) && ./$(basename $APP)
#$ PATH=$(dirname $APP):$PATH && $(basename $APP)
#$ cp $APP "$APP ünï" && "$APP ünï"; rm -f "$APP ünï"
#$ cp $APP "$APP ünï" && LC_ALL=C "$APP ünï"; rm -f "$APP ünï"
#$ cp $APP "$APP"$'\xff' && LC_ALL=C.UTF-8 "$APP"$'\xff'; rm -f "$APP"$'\xff'
#$ d=$(dirname $APP); printf 'home = /nonexistent\ninclude-system-site-packages = true\n' > $d/pyvenv.cfg; $APP; rm $d/pyvenv.cfg
#$ echo /nonexistent > $APP._pth; $APP; rm $APP._pth
#$ d=$(dirname $APP); echo lib > $d/pybuilddir.txt; $APP; rm $d/pybuilddir.txt
#$ cp $APP "$APP:one:two" && "$APP:one:two"; rm -f "$APP:one:two"
#$ __PYVENV_LAUNCHER__=/x $APP
#$ cp $APP mine; strip mine 2>&1 | head -0; cp $APP mine; chmod 500 mine; ./mine; rm -f mine
import os
import sys

if getattr(sys, "oxidized", False):
    flags = sys.flags
    assert flags.isolated and flags.ignore_environment and flags.no_user_site, flags
    assert not (flags.optimize or flags.verbose or flags.debug or flags.inspect or flags.dev_mode), flags
    assert not sys.warnoptions and not sys._xoptions, (sys.warnoptions, sys._xoptions)
    assert not hasattr(sys, "frozen")
    assert sys.executable == os.path.realpath(os.fsdecode(os.readlink("/proc/self/exe"))), sys.executable
    assert sys._base_executable == sys.executable
    prefix = os.path.join(sys.executable, "python")
    for name in "prefix", "exec_prefix", "base_prefix", "base_exec_prefix":
        assert getattr(sys, name) == prefix, name
    interpreters = __import__("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    interpreter = interpreters.create()
    code = f"import sys; assert [sys.prefix, sys.exec_prefix] == {ascii([prefix, prefix])}"
    assert interpreters.run_string(interpreter, code) is None
    interpreters.destroy(interpreter)
    library = os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2])
    assert sys.platlibdir == "lib"
    application = os.path.join(sys.executable, "app")
    assert sys.path == [application, library, os.path.join(library, "site-packages")], sys.path
    assert sys.argv == sys.orig_argv if hasattr(sys, "orig_argv") else True
    assert __file__ == os.path.join(application, "ignored.py"), __file__
    assert __name__ == "__main__" and __package__ is None and __spec__ is None and globals().get("__cached__") is None
    assert os.__file__ == os.path.join(library, "os.py")
    assert [type(finder).__name__ for finder in sys.meta_path].count("OxidizedFinder") == 1
    assert sys.implementation.cache_tag
    assert "site" not in sys.modules
    import demo.sub, json.decoder, subprocess, traceback  # everything below works with odd names
    assert demo.sub.__file__ == os.path.join(application, "demo", "sub", "__init__.py")
    from importlib.resources import files
    assert files("demo").joinpath("text.txt").read_text() == "text of the package\n"
    try:
        demo.sub.nothing
    except AttributeError:
        assert "demo.sub.nothing" in traceback.format_exc()
    code = "import sys; print(sys.executable == %r, sys.oxidized, sys.argv)" % sys.executable
    child = subprocess.run([sys.executable, "-c", code, "x"], capture_output=True, text=True)
    assert (child.returncode, child.stdout) == (0, "True True ['-c', 'x']\n"), child
print("ok")
