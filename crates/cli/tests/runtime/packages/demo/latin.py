# -*- coding: latin-1 -*-
def fail():
    raise RuntimeError("g\xfcltig")  # GÜLTIG
