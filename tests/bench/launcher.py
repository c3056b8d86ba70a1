"""Runs one command and reports what its process tree used: `launcher.py DESCRIPTOR COMMAND...`.

A process begins its life with the peak memory of the one that it was forked from, so that a small
program started by a large one looks large. This one stays small: it is run by `python -I -S`, and
imports nothing that it can do without. The floor that remains is about 10 MB.
"""

import os
import sys
import time


def main() -> None:
    """Run the command; write exit status, CPU seconds, wall seconds and peak KiB, as text."""
    report, command = int(sys.argv[1]), sys.argv[2:]
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(report)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
            os._exit(127)
    _, status, used = os.wait4(child, 0)
    wall_s = time.monotonic() - begun
    code = os.waitstatus_to_exitcode(status)
    said = f"{code} {used.ru_utime + used.ru_stime:.6f} {wall_s:.6f} {used.ru_maxrss}"
    os.write(report, said.encode())


main()
