"""`noroshi` by way of the program that has imported it already (tests/warm/server.py): hands it
this process's arguments, environment, folder and standard files, and ends as the command did.

What it imports is built into the interpreter: json, signal and socket would cost as much as it.
"""

import _signal as signal
import _socket as socket
import marshal
import os
import sys

PASSED_ON = (signal.SIGINT, signal.SIGTERM)
# The command may show something, and somebody answer with a signal, before this knows what to do with one.
signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
way = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
way.connect("\0" + sys.argv[1])
said = marshal.dumps((sys.argv[2:], dict(os.environ), os.getcwd()))  # noqa: PTH109 - see above
files = b"".join(file.to_bytes(4, sys.byteorder) for file in (0, 1, 2))  # C's int (cmsg(3))
rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, files)
way.sendmsg([len(said).to_bytes(4, "big")], [rights])
way.sendall(said)
for number in PASSED_ON:
    signal.signal(number, lambda number, _: way.send(bytes((number,))))
signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
answer = way.recv(2)
if not answer:
    sys.exit("the warm server is gone")
code = int.from_bytes(answer, "big", signed=True)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
