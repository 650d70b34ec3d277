# The extension module has everything; some of it is loaded only when it is asked for.
from . import oxidized_importer as _module

__doc__ = _module.__doc__


def __getattr__(name):
    value = getattr(_module, name)
    globals()[name] = value
    return value


def __dir__():
    return dir(_module)
