VALUE = "leaf"
from . import NAME
