# The environment is passed on unchanged.
#$ env -i A=1 $APP
#$ env -i B=$'\xff' LC_ALL=C.UTF-8 $APP
#$ env -i PYTHONHASHSEED=7 TZ=UTC $APP
import os
import subprocess

os.environ["NEW"] = "value"
for name in sorted(os.environb):
    # bash and the dynamic loader may add these.
    if name not in (b"_", b"SHLVL", b"PWD", b"OLDPWD"):
        print(name, os.environb[name])
print(subprocess.run(["/bin/sh", "-c", "echo $NEW"], capture_output=True, env=dict(os.environ)).stdout)
