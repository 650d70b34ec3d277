raise SystemError("run me not")
