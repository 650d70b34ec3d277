from demo.circular2 import B
A = 1
