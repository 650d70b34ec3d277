"""A package that needs real files."""
import os

HERE = os.path.dirname(__file__)


def data():
    with open(os.path.join(HERE, "data.txt")) as file:
        return file.read()


def fail():
    raise ValueError("in a package placed in files")
