# Runs a command in a directory and a mount namespace without some files and directories:
#
#   hide.sh DIRECTORY PLACE... -- COMMAND...
#
# An empty directory is mounted over each directory, and an empty file over each file.
set -e
if [ "$1" != --hidden ]; then
    if unshare --mount mount -t tmpfs tmpfs /mnt 2>/dev/null; then
        exec unshare --mount sh "$0" --hidden "$@"
    elif unshare --mount --map-root-user mount -t tmpfs tmpfs /mnt 2>/dev/null; then
        exec unshare --mount --map-root-user sh "$0" --hidden "$@"
    fi
    echo "Python cannot be hidden: that needs unshare, of util-linux, and a user who may make mount namespaces" >&2
    exit 125
fi
directory=$2
shift 2
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then
        mount -t tmpfs tmpfs "$1"
    elif [ -e "$1" ]; then
        mount --bind /dev/null "$1"
    fi
    shift
done
shift
cd "$directory"
exec "$@"
