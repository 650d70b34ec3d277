# Tcl without a display: the modules, messages, encodings and time zones that its scripts read; in threads, and in
# interpreters of Tcl made by interpreters of Tcl.
import os
import subprocess
import threading
import tkinter

CODE = """
info patchlevel
lsort [encoding names]
encoding convertfrom euc-jp "\\xc6\\xfc\\xcb\\xdc"
package require msgcat
package require http
package require platform
clock format 0 -timezone :Europe/Berlin
clock format 0 -timezone UTC -locale de -format "%A %B"
file tail $tcl_library
expr {[file isdirectory $tcl_library] && [file readable $tcl_library/init.tcl]}
llength [glob $tcl_library/msgs/*.msg]
interp create other
other eval {package require msgcat}
catch {package require nothing}
expr {[llength [package versions Tk]] > 0}
"""


def evaluate(results):
    tcl = tkinter.Tcl()
    for line in CODE.strip().splitlines():
        try:
            results.append(tcl.eval(line))
        except tkinter.TclError as error:
            results.append(repr(error))


results = [[] for _ in range(3)]
threads = [threading.Thread(target=evaluate, args=(result,)) for result in results]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*results[0], sep="\n")
print(results[0] == results[1] == results[2])
# Children see nothing of it.
print(sorted(set(os.environ) & {"TCL_LIBRARY", "TK_LIBRARY", "TCLLIBPATH"}))
print(subprocess.run(["sh", "-c", "echo ${TCL_LIBRARY-unset}"], capture_output=True, text=True).stdout)
