"""Sub-package."""
NAME = __name__
