//! Modules and data beside a script, and in a directory that is run: the program does what `python` does in place.

use std::process::Command;

use pyox_test_support::place::{Outcome, Place, python_path};
use pyox_test_support::wheel::wheel;

/// What `python` says of the same in place.
fn plain(place: &Place, target: &str) -> String {
    let output = Command::new(python_path()).arg("-I").arg(place.path(target)).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn notes(outcome: &Outcome) -> String {
    outcome.stderr.lines().filter(|line| line.starts_with("note:")).collect::<Vec<_>>().join("\n")
}

#[test]
fn directories_without_init_are_packages() {
    let place = Place::with(&[
        (
            "app.py",
            "import os, sys\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\n\
             from parts.deep import module\nimport parts.other, json, late\n\
             print(module.NAME, parts.other.NAME, json.dumps([1]), late.NAME)\n\
             print(open(os.path.join(os.path.dirname(parts.other.__file__), 'words')).read())\n\
             print([os.path.basename(path) for path in parts.__path__], parts.__spec__.origin)\n",
        ),
        ("parts/deep/module.py", "import late\nNAME = 'deep'\n"),
        ("parts/other.py", "NAME = 'other'\n"),
        ("parts/words", "some words"),
        ("late.py", "NAME = 'late'\n"),
        // The standard library has a package of this name: a directory does not come before it.
        ("json/encoder.py", "raise SystemExit('the wrong module')\n"),
    ]);
    place.pack(["app.py"]).succeeds();
    place.program("app", &[]).prints(&plain(&place, "app.py"));
}

#[test]
fn a_regular_package_comes_before_a_directory() {
    let place = Place::with(&[
        ("app.py", "import extra, extra.more\nprint(extra.NAME, extra.more.NAME)\n"),
        ("extra/more.py", "raise SystemExit('the wrong module')\n"),
        ("extra/alone.py", "raise SystemExit('the wrong module')\n"),
    ]);
    let files = [("extra/__init__.py", "NAME = 'installed'\n"), ("extra/more.py", "NAME = 'more'\n")];
    let wheel = wheel(&place, "extra", "", &files);
    place.write("check.py", "import extra\ntry:\n    import extra.alone\nexcept ImportError:\n    print('none')\n");
    for (script, expected) in [("app.py", "installed more\n"), ("check.py", "none\n")] {
        place.pack([script, "--pip", wheel.to_str().expect("UTF-8"), "-o", "program"]).succeeds();
        place.program("program", &[]).prints(expected);
    }
}

#[test]
fn a_namespace_has_a_directory_wherever_it_has_a_part() {
    let place = Place::with(&[
        (
            "app.py",
            "import space.mine, space.theirs, space.deep.lower, space.deep.upper, pkgutil, sys\n\
             from importlib.resources import files\n\
             def below(package):\n    \
                 return [(sys.path.index(path[:-len(package.__name__) - 1]), path[-len(package.__name__):])\n            \
                         for path in package.__path__]\n\
             print(below(space) == [(0, 'space'), (2, 'space')], below(space.deep))\n\
             print(sorted(module.name for module in pkgutil.walk_packages(space.__path__, 'space.')))\n\
             print([sorted(m.name for m in pkgutil.iter_modules([path])) for path in space.__path__])\n\
             print(sorted(path.name for path in files('space').iterdir() if path.is_file()))\n",
        ),
        ("space/mine.py", ""),
        ("space/deep/lower.py", ""),
        ("space/words.txt", "words"),
    ]);
    let files = [("space/theirs.py", ""), ("space/deep/upper.py", ""), ("space/more.txt", "more")];
    let wheel = wheel(&place, "theirs", "", &files);
    place.pack(["app.py", "--pip", wheel.to_str().expect("UTF-8")]).succeeds();
    place.program("app", &[]).prints(
        "True [(0, 'space/deep'), (2, 'space/deep')]\n['space.mine', 'space.theirs']\n[['mine'], ['theirs']]\n\
         ['mine.py', 'more.txt', 'theirs.py', 'words.txt']\n",
    );
}

#[test]
fn what_a_directory_has_of_the_name_of_an_installed_package_stays_as_files() {
    let place = Place::with(&[
        (
            "app/__main__.py",
            "import os, shelf, runpy\nhere = os.path.join(os.path.dirname(__file__), 'shelf')\n\
             print(shelf.NAME, sorted(name for name in os.listdir(here) if name != '__pycache__'))\n\
             print(runpy.run_path(os.path.join(here, 'env.py'))['VALUE'], open(os.path.join(here, 'x.mako')).read())\n",
        ),
        ("app/shelf/env.py", "VALUE = 1\n"),
        ("app/shelf/x.mako", "template"),
    ]);
    let wheel = wheel(&place, "shelf", "", &[("shelf/__init__.py", "NAME = 'installed'\n")]);
    place.pack(["app", "--pip", wheel.to_str().expect("UTF-8"), "-o", "program"]).succeeds();
    place.program("program", &[]).prints("installed ['env.py', 'x.mako']\n1 template\n");
}

#[test]
fn a_package_around_a_project_has_nothing_of_tools() {
    let place = Place::with(&[
        ("main.py", "import src.app\n"),
        ("src/app.py", "import os\nprint(sorted(name for name in os.listdir(os.path.dirname(__file__))))\n"),
        ("src/words.txt", ""),
        ("src/.env", "SECRET=1"),
        ("src/.venv/pyvenv.cfg", ""),
        ("src/.venv/lib/m.py", "import no_such_module\n"),
        ("src/env/pyvenv.cfg", ""),
        ("src/env/lib/n.py", "import no_such_module\n"),
        ("src/node_modules/x/y.js", ""),
    ]);
    assert_eq!(notes(&place.pack(["main.py"]).succeeds()), "");
    place.program("main", &[]).prints("['app.py', 'words.txt']\n");
}

#[test]
fn a_script_that_is_not_there_does_not_start_the_application_again() {
    let text = "import os, subprocess, sys\nif len(sys.argv) > 3:\n    sys.exit('the application again')\n\
                worker = os.path.join(os.path.dirname(__file__), 'worker.py')\n\
                done = subprocess.run([sys.executable, worker, 'x', 'y', 'z'], stderr=subprocess.PIPE, text=True)\n\
                print(done.returncode, \"can't open file\" in done.stderr)\n\
                done = subprocess.run([sys.executable, *sys.argv[1:], 'y', 'z'], stderr=subprocess.PIPE, text=True)\n\
                print(done.stderr)\n";
    let place = Place::with(&[("app.py", text), ("worker.py", "print('worker')\n")]);
    place.pack(["app.py"]).succeeds();
    place.program("app", &["a"]).prints("2 True\nthe application again\n\n");
    place.pack(["app.py", "--virtual-files", "off"]).succeeds();
    place.program("app", &["a"]).prints("2 True\nthe application again\n\n");
}

#[test]
fn strings_name_modules() {
    let place = Place::with(&[
        (
            "app.py",
            "import importlib, os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n\
             settings = importlib.import_module(os.environ['DJANGO_SETTINGS_MODULE'])\n\
             for name in settings.APPS:\n    print(importlib.import_module(name).NAME)\n\
             module, attribute = 'shop.wsgi:application'.split(':')\n\
             print(getattr(importlib.import_module(module), attribute))\n\
             plain = __import__('plain')\nprint(plain.NAME, importlib.import_module('.inner', 'shop').NAME)\n",
        ),
        ("settings.py", "APPS = ['shop.models', 'solo.views']\n"),
        ("plain.py", "NAME = 'plain'\n"),
        ("shop/__init__.py", ""),
        ("shop/models.py", "NAME = 'models'\n"),
        ("shop/inner.py", "NAME = 'inner'\n"),
        ("shop/wsgi.py", "application = 'application'\n"),
        ("solo/views.py", "NAME = 'views'\n"),
        ("unused.py", "this does not compile\n"),
    ]);
    place.pack(["app.py"]).succeeds();
    place.program("app", &[]).prints("models\nviews\napplication\nplain inner\n");
}

#[test]
fn a_directory_that_is_run_has_its_data() {
    let place = Place::with(&[
        (
            "app/__main__.py",
            "import os, helper\nfrom pathlib import Path\nhere = Path(__file__).resolve().parent\n\
             print(sorted(path.name for path in here.iterdir() if path.name != '__pycache__'))\n\
             print((here / 'words.txt').read_text(), helper.page())\nos.chdir(here)\n\
             print(open('templates/page.html').read(), os.path.isdir('templates'), Path.cwd() == here)\n",
        ),
        ("app/helper.py", "import os\ndef page():\n    return os.listdir(os.path.dirname(__file__) + '/templates')\n"),
        ("app/words.txt", "words"),
        ("app/templates/page.html", "page"),
        ("app/.hidden", "not for the program"),
    ]);
    let expected = plain(&place, "app").replace("'.hidden', ", "");
    // What an earlier pack has written there is no part of it.
    for _ in 0..2 {
        place.pack(["app", "-o", "app/program", "--report", "app/report.json"]).succeeds();
        place.program("app/program", &[]).prints(&expected);
    }
    // So it is if the directory is added to something else.
    place.write("script.py", "import os\nprint(sorted(os.listdir(os.path.dirname(__file__) + '/app')))\n");
    for _ in 0..2 {
        place.pack(["script.py", "--add-data", "app", "-o", "app/program"]).succeeds();
        let names = "['.hidden', '__main__.py', 'helper.py', 'templates', 'words.txt']\n";
        place.program("app/program", &[]).prints(names);
    }
    place.pack(["app", "-o", "other"]).succeeds();
    place.program("other", &[]).prints(&expected);
}

#[test]
fn what_a_script_may_miss_is_said_with_the_option_that_includes_it() {
    let place = Place::with(&[
        (
            "app.py",
            "from pathlib import Path\nHERE = Path(__file__).parent\nprint((HERE / 'my words.txt').read_text())\n\
             print((HERE / 'templates' / 'page.html').read_text())\n",
        ),
        ("my words.txt", "words"),
        ("templates/page.html", "page"),
        ("unrelated.csv", ""),
    ]);
    let outcome = place.pack(["app.py"]).succeeds();
    let options = "--add-data 'my words.txt' --add-data templates";
    let note = format!("note: app.py names files beside it (__file__ in line 2); include them with {options}");
    assert_eq!(notes(&outcome), note);
    let failed = place.program("app", &[]);
    let advice = "/app/my words.txt is inside the program, and no such file was packed: `pyoxidizer pack --add-data` adds files\n";
    assert!(failed.status == Some(1) && failed.stderr.ends_with(advice), "{failed:?}");
    let outcome = place.pack(["app.py", "--add-data", "my words.txt", "--add-data", "templates"]).succeeds();
    assert_eq!(notes(&outcome), "");
    place.program("app", &[]).prints("words\npage\n");
}

#[test]
fn an_error_for_a_path_inside_the_program_says_what_to_do() {
    let place = Place::with(&[
        ("write.py", "open(__file__ + '.log', 'w')\n"),
        ("elsewhere.py", "open('/no/such/file')\n"),
        ("handled.py", "try:\n    open(__file__ + 'x')\nexcept OSError:\n    raise ValueError('other')\n"),
    ]);
    let stderr = |script: &str| {
        place.pack([script, "-o", "program"]).succeeds();
        let outcome = place.program("program", &[]);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        outcome.stderr
    };
    let text = stderr("write.py");
    let advice = "is inside the program, which does not change: files that are written need another directory\n";
    assert!(text.contains("\nOSError: [Errno 30] ") && text.ends_with(advice), "{text}");
    assert!(stderr("elsewhere.py").ends_with("No such file or directory: '/no/such/file'\n"));
    assert!(stderr("handled.py").ends_with("ValueError: other\n"));
}

#[test]
fn a_module_in_a_directory_that_a_pth_file_adds_is_not_missing() {
    let place = Place::with(&[(
        "app.py",
        "import inner\nprint(inner.NAME)\ntry:\n    import nowhere\nexcept ImportError:\n    pass\n",
    )]);
    let files = [("added.pth", "outer/more\n"), ("outer/more/inner.py", "NAME = 'inner'\n")];
    let wheel = wheel(&place, "added", "", &files);
    let outcome = place.pack(["app.py", "--pip", wheel.to_str().expect("UTF-8")]).succeeds();
    assert!(notes(&outcome).contains("nowhere"), "{}", outcome.stderr);
    assert!(!notes(&outcome).contains("inner"), "{}", outcome.stderr);
    place.program("app", &[]).prints("inner\n");
}

#[test]
fn a_distribution_of_the_name_of_a_missing_module_does_not_hide_the_note() {
    let place = Place::with(&[("app.py", "try:\n    import Extra\nexcept ImportError:\n    print('none')\n")]);
    let wheel = wheel(&place, "extra", "", &[("other_name.py", "")]);
    place.write("app2.py", "try:\n    import extra\nexcept ImportError:\n    print('none')\n");
    let outcome = place.pack(["app2.py", "--pip", wheel.to_str().expect("UTF-8"), "-o", "app2"]).succeeds();
    assert!(notes(&outcome).contains("the script imports extra, which is not in the program"), "{outcome:?}");
    place.program("app2", &[]).prints("none\n");
}
