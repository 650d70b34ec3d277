# What the command line and standard input look like.
#$ $APP
#$ $APP a 'b c' '' -x --long=1 -- -c -m
#$ $APP -h; $APP -V; $APP -B -i -u; $APP -W error -X dev
#$ printf 'one\ntwo\n' | $APP stdin
#$ $APP stdin < /dev/null
#$ $APP stdin <&-
#$ $APP ünï ☃ $'\xff\xfe'
#$ LC_ALL=C $APP ünï $'\xff'
#$ LC_ALL=POSIX $APP ünï $'\xff'
#$ LC_ALL=C.UTF-8 $APP ünï $'\xff'
#$ unset LANG LC_ALL LC_CTYPE; $APP ünï $'\xff'
#$ cd / && $APP relative
import os
import sys

print(len(sys.argv), [a.encode("utf-8", "surrogateescape") for a in sys.argv[1:]])
print([ascii(a) for a in sys.argv[1:]])
if "stdin" in sys.argv:
    print(sys.stdin and sys.stdin.read().splitlines())
if "relative" in sys.argv:
    print(os.getcwd())
