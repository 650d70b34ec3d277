# A module as entry, and its children.
# module: demo.tool
#$ $APP
#$ $APP -c file -m fast rest; echo $?
#$ $APP -c 'print(1)'
#$ $APP --status 3; echo $?
#$ for how in fork spawn forkserver; do $APP --pool $how 2>&1; done
#$ bash -c '$APP -c x'
#$ $APP -h
#$ $APP --nonsense; echo $?
