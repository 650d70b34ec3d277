# A function as entry, and its children.
# entry: demo.tool:main
#$ $APP
#$ $APP -c file -m fast rest; echo $?
#$ $APP --status 3; echo $?
#$ for how in fork spawn forkserver; do $APP --pool $how 2>&1; done
