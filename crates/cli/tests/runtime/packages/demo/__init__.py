"""A package for the tests of running programs."""
__version__ = "1.2"
