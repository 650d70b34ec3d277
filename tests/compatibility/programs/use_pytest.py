# /// script
# dependencies = ["pytest"]
# ///
"""Runs a file of tests with fixtures, parameters, rewritten assertions, monkeypatches, captured output, skips and failures."""

import contextlib
import io
import os
import pathlib
import re
import tempfile

import pytest

TESTS = '''
import os
import sys
import warnings

import helper
import pytest


@pytest.fixture(scope="module")
def numbers():
    yield [1, 2, 3]


@pytest.mark.parametrize("n,square", [(1, 1), (2, 4), (3, 8)])
def test_square(n, square):
    assert n * n == square, "not square"


def test_fixtures(numbers, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("X", "y")
    (tmp_path / "f").write_text(os.environ["X"])
    print("captured")
    assert capsys.readouterr().out == "captured\\n"
    assert helper.twice(numbers[0]) == 2


def test_compare():
    assert {"a": [1, 2]} == {"a": [1, 3]}


@pytest.mark.skip(reason="not now")
def test_skipped():
    pass


@pytest.mark.xfail
def test_expected():
    raise ValueError


def test_raises():
    with pytest.raises(ZeroDivisionError, match="division"):
        1 / 0
    with pytest.warns(UserWarning):
        warnings.warn("w")
    assert 0.1 + 0.2 == pytest.approx(0.3)


def test_logged(caplog, from_conftest):
    import logging
    logging.warning("careful")
    assert "careful" in caplog.text and from_conftest == 7


class TestClass:
    def setup_method(self):
        self.value = 3

    def test_method(self):
        assert self.value == 3
'''
with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    os.chdir(directory)
    (place / "test_it.py").write_text(TESTS)
    (place / "helper.py").write_text("def twice(n):\n    '''\n    >>> twice(2)\n    4\n    '''\n    return n * 2\n")
    (place / "conftest.py").write_text("import pytest\n\n@pytest.fixture\ndef from_conftest():\n    return 7\n")
    (place / "pytest.ini").write_text("[pytest]\naddopts = --doctest-modules\n")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = pytest.main([directory, "--rootdir", directory, "-v", "-rs", "--color=no", "-p", "no:cacheprovider", "--junitxml", f"{directory}/junit.xml"])
    print("status", status, (place / "junit.xml").read_text().count("<testcase"))
    text = re.sub(r"in \d+\.\d+s", "in a moment", output.getvalue().replace(directory, "DIR"))
    lines = text.splitlines()
    print(*[line for line in lines if "::" in line or line.startswith(("E  ", ">", "SKIPPED", "="))], sep="\n")
    plugins = io.StringIO()
    with contextlib.redirect_stdout(plugins):
        print("status", pytest.main(["--markers", "--rootdir", directory, "-p", "no:cacheprovider"]))
    print([line.partition(":")[0] for line in plugins.getvalue().splitlines() if line.startswith("@pytest")])
