"""Runs one command to its end and says what it took.

Takes JSON on standard input: {"argv": […], "cwd": …, "input": path or null, "env": {…}}. What the command prints is
read and counted; its errors go through. Prints JSON: the status (negative for a signal), the bytes that it printed,
seconds of wall and of processor time, and the largest resident memory of it and of what it waited for.

Node cannot do this: it has no wait4(2). The kernel counts the memory of a child from its fork on, so nothing below
what this interpreter takes, some 10 MB, can be told.
"""

import json
import os
import sys
import time

PIECE = 1 << 20

command = json.load(sys.stdin)
os.chdir(command["cwd"])
reader, writer = os.pipe()
source = os.open(command["input"] or os.devnull, os.O_RDONLY)

began = time.perf_counter()
child = os.posix_spawnp(
    command["argv"][0],
    command["argv"],
    command["env"],
    file_actions=[(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, writer, 1)],
)
os.close(writer)
printed = 0
while piece := os.read(reader, PIECE):
    printed += len(piece)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - began

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
json.dump(
    {
        "status": os.waitstatus_to_exitcode(status),
        "printedBytes": printed,
        "wallSeconds": wall,
        "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "peakBytes": usage.ru_maxrss * PEAK_UNIT,
    },
    sys.stdout,
)
