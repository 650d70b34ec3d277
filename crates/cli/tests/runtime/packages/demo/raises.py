import demo.deep
VALUE = demo.deep.outer(0)
