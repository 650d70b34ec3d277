# Encodings follow the locale, as under python.
#$ LC_ALL=C $APP; LC_ALL=POSIX $APP; LC_ALL=C.UTF-8 $APP
#$ unset LANG LC_ALL LC_CTYPE; $APP
#$ LC_ALL=nonsense $APP
#$ LC_CTYPE=C.UTF-8 LANG=C $APP | cat
import locale
import os
import sys

for stream in sys.stdin, sys.stdout, sys.stderr:
    print(stream.name, stream.encoding, stream.errors, stream.line_buffering, stream.write_through)
print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), locale.getpreferredencoding(False))
print(sys.flags.utf8_mode, os.environ.get("LC_CTYPE"), sys.getdefaultencoding())
print("ünï ☃")
print("\udcff".encode(sys.stdout.encoding, sys.stdout.errors))
