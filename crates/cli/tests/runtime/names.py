# packed only: sys.argv[0] of a program found through PATH, and its own option -c from a shell.
#$ PATH=$(dirname $APP):$PATH; $(basename $APP) path
#$ ln -sf $APP renamed; PATH=$PWD:$PATH; renamed renamed; ./renamed renamed; rm renamed
#$ $APP -c value
#$ bash -c '$APP -c value; :'
#$ $APP -m value
#$ (cd /; $APP environment)
import os
import sys

if sys.argv[1] == "path":
    assert sys.argv[0] == sys.executable, sys.argv
elif sys.argv[1] == "renamed":
    assert os.path.basename(sys.argv[0]) == "renamed" and os.path.realpath(sys.argv[0]) == sys.executable, sys.argv
elif sys.argv[1] == "environment":
    assert "PYOXIDIZER_PROCESS" not in os.environ
else:
    assert sys.argv[1] in ("-c", "-m") and sys.argv[2] == "value", sys.argv
print("ok")
