import sys

what = sys.argv[1]
print(sys.argv[1:], sys.stdin.read(), __name__, flush=True)
print("to standard error", file=sys.stderr)
if what == "sys":
    sys.exit(3)
elif what == "builtin":
    exit(3)
elif what == "none":
    sys.exit()
elif what == "message":
    sys.exit("a message with ü")
elif what == "large":
    sys.exit(300)
elif what == "raise":
    raise SystemExit(["a", "list"])
