"""Functions that fail, with source worth showing."""
import warnings


class Shape:
    """A shape."""

    sides = 4

    def area(self, width,
             height):
        # a comment
        return width * height


def outer(value):
    return inner(value) + 1


def inner(value):
    lengths = {"a": value}
    return 10 / lengths["a"] if value == 0 else lengths["b"]


def chain(cause):
    try:
        inner(0)
    except ZeroDivisionError as error:
        if cause:
            raise ValueError("the effect") from error
        raise KeyError("during handling")


def recurse(n):
    return recurse(n + 1) + 1


def misspelt(colour):
    return coluor


def warn(level=1):
    warnings.warn("this is old", DeprecationWarning, stacklevel=level)


def latin():
    raise RuntimeError("näh")  # ünïcödé ☃ 漢字
