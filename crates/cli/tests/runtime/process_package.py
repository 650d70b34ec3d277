# A package as entry, as `python -m demo`.
# module: demo
#$ $APP
#$ $APP a -b
#$ $APP fail; echo $?
