from demo.circular import A
B = 1
