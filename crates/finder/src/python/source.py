"""Source text."""

import tokenize


def decode_source(io_module, source):
    """The text of Python source: bytes decoded as PEP 263 says, with universal newlines.

    io_module is the module io.
    """
    encoding, _ = tokenize.detect_encoding(io_module.BytesIO(source).readline)
    return io_module.IncrementalNewlineDecoder(None, True).decode(source.decode(encoding))
