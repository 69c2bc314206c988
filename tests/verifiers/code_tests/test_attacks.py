# ruff: noqa: E501 - tables of programs
"""Further attacks, written against the finished thing. Each is a ruling.

``ESCAPES`` print "escaped" if they got anywhere, which is what their test expects: their score
must be 0. ``CHEATS`` are asked to add two numbers and must not score by other means; `most` is
what guessing is worth. All must be *judged*: making the sandbox fail is an attack, too, since an
unscored sample escapes its zero.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests


class Attack(NamedTuple):
    why: str
    code: str
    outcomes: str = ""
    """Outcomes that are acceptable; empty: any."""
    most: float = 0.0


TRY = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def raw(n, *a):
    return libc.syscall(n, *[ctypes.c_long(x) if isinstance(x, int) else x for x in a])
def attempt(f):
    try:
        f()
    except BaseException:
        return
    print("escaped")
"""

ESCAPES = [
    Attack(
        "listing the machine's folders",
        """
for p in ("/root", "/home", "/etc", "/work", "/var", "/sys", "/proc"):
    attempt(lambda: os.listdir(p)[0])
""",
    ),
    Attack(
        "reaching the real root by the current folder",
        """
os.chdir("/") if os.access("/", os.X_OK) else None
attempt(lambda: open("../../../../../../etc/passwd").close())
""",
    ),
    Attack(
        "the root of another process",
        """
for pid in ("1", "self", str(os.getppid()), "thread-self"):
    for what in ("root/etc/passwd", "environ", "mem", "maps", "fd/3", "cwd/x"):
        attempt(lambda: open(f"/proc/{pid}/{what}").read(1))
""",
    ),
    Attack(
        "a raw socket call",
        """
if raw(41, 2, 1, 0) >= 0 or raw(41, 16, 3, 0) >= 0 or raw(41, 17, 3, 0) >= 0: print("escaped")
""",
    ),
    Attack(
        "the x32 variant of socket", "if raw(0x40000000 | 41, 2, 1, 0) >= 0: print('escaped')\n"
    ),
    Attack(
        "32-bit system calls by int 0x80, which a filter by number would misread",
        """
import mmap
# mov eax, 20 (getpid of i386); int 0x80; ret
m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
m.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
if f() > 0: print("escaped")
""",
    ),
    Attack(
        "io_uring, which makes system calls that no filter sees",
        """
buf = ctypes.create_string_buffer(256)
if raw(425, 8, buf) >= 0: print("escaped")
""",
    ),
    Attack(
        "clone3, whose flags a filter cannot see",
        """
args = (ctypes.c_uint64 * 11)(0x10000000, *[0] * 10)
if raw(435, args, 88) >= 0: print("escaped")
""",
    ),
    Attack(
        "vfork, and clone without CLONE_THREAD",
        """
pid = raw(58)
if pid == 0: os._exit(0)
if pid > 0: print("escaped")
pid = raw(56, 17, 0, 0, 0, 0)
if pid == 0: os._exit(0)
if pid > 0: print("escaped")
""",
    ),
    Attack(
        "a namespace by clone, unshare or setns",
        """
for flag in (0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
    if libc.unshare(flag) == 0: print("escaped")
    pid = raw(56, 0x10000 | flag, 0, 0, 0, 0)
    if pid == 0: os._exit(0)
    if pid > 0: print("escaped")
""",
    ),
    Attack(
        "reading another process's memory",
        """
buf = ctypes.create_string_buffer(64)
iov = (ctypes.c_size_t * 2)(ctypes.addressof(buf), 64)
for pid in (1, 2, os.getppid()):
    if pid != os.getpid() and raw(310, pid, iov, 1, iov, 1, 0) >= 0: print("escaped")
    if pid != os.getpid() and libc.ptrace(0x4206, pid, 0, 0) == 0: print("escaped")
""",
    ),
    Attack("being traced by whoever comes", "if libc.ptrace(0, 0, 0, 0) == 0: print('escaped')\n"),
    Attack(
        "killing everything in reach",
        """
import signal
for pid in (-1, 0, 2, os.getppid(), -os.getppid()):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        continue
    if pid != os.getpid(): print("escaped")
""",
    ),
    Attack(
        "signals by other calls",
        """
if raw(129, os.getppid(), 9, ctypes.create_string_buffer(128)) == 0: print("escaped")
if raw(200, os.getppid(), 0) == 0: print("escaped")
if raw(434, os.getppid() or 1, 0) >= 0: print("escaped")
""",
    ),
    Attack(
        "executing from memory",
        """
fd = raw(319, b"x", 0)
if fd >= 0: print("escaped")
attempt(lambda: os.execv("/lib64/ld-linux-x86-64.so.2", ["x"]))
if raw(322, 0, b"", 0, 0, 0x1000) == 0: print("escaped")
""",
    ),
    Attack(
        "raising its own limits",
        """
import resource
for r in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
    attempt(lambda: resource.setrlimit(r, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
    attempt(lambda: resource.prlimit(os.getppid() or 1, r))
""",
    ),
    Attack(
        "the kernel's larger doors",
        """
buf = ctypes.create_string_buffer(256)
for n in (321, 323, 298, 250, 248, 317, 165, 155, 161, 308, 175, 246, 310, 312, 424, 438, 442):
    if raw(n, 0, buf, 64, 0, 0) >= 0: print("escaped")
""",
    ),
    Attack(
        "links out of the work folder",
        """
attempt(lambda: os.symlink("/etc/passwd", "a"))
attempt(lambda: os.link("/lib64/ld-linux-x86-64.so.2", "b"))
""",
    ),
    Attack(
        "a set-user-id file, or a device",
        """
open("s", "w").close()
attempt(lambda: os.chmod("s", 0o6777))
attempt(lambda: os.mknod("d", 0o20666, os.makedev(1, 1)))
attempt(lambda: os.setxattr("s", "user.a", b"b"))
""",
    ),
    Attack(
        "files by handle, past the path checks",
        """
buf = ctypes.create_string_buffer(128)
ctypes.memmove(buf, (128).to_bytes(4, "little"), 4)
m = ctypes.c_int()
if raw(303, -100, b"/", buf, ctypes.byref(m), 0) == 0: print("escaped")
if raw(304, -100, buf, 0) >= 0: print("escaped")
""",
    ),
    Attack(
        "a datagram pair, which can name other peers",
        """
import socket
attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET))
""",
    ),
    Attack(
        "passing descriptors about",
        """
import socket
a, b = socket.socketpair()
attempt(lambda: socket.send_fds(a, [b"x"], [0]))
""",
    ),
    Attack(
        "typing into a terminal",
        """
import fcntl
for fd in range(5):
    attempt(lambda: fcntl.ioctl(fd, 0x5412, b"x"))
""",
    ),
    Attack(
        "signals to others by F_SETOWN; large pipes",
        """
import fcntl
r, w = os.pipe()
attempt(lambda: fcntl.fcntl(r, 8, os.getppid()))
attempt(lambda: fcntl.fcntl(w, 1031, 1 << 20))
""",
    ),
    Attack(
        "shared memory and message queues, which outlive a run",
        """
if libc.shmget(4711, 4096, 0o1666) >= 0: print("escaped")
if libc.semget(4711, 1, 0o1666) >= 0: print("escaped")
if libc.msgget(4711, 0o1666) >= 0: print("escaped")
attempt(lambda: open("/dev/shm/assay-state", "w").close())
""",
    ),
    Attack(
        "writing beside the private folder",
        """
for p in ("/x", "/tmp/../x", "/dev/x", "/usr/lib/x", "/lib/x", "/var/tmp/x"):
    attempt(lambda: open(p, "w").close())
attempt(lambda: os.rename("/lib64", "/lib65"))
""",
    ),
    Attack(
        "poisoning the standard library for the next run",
        """
attempt(lambda: open(os.__file__, "a").close())
attempt(lambda: open(os.path.dirname(os.__file__) + "/sitecustomize.py", "w").close())
""",
    ),
    Attack(
        "finding the package, or what the sandbox left in memory",
        """
attempt(lambda: __import__("assay"))
import gc
for o in gc.get_objects():
    if isinstance(o, dict) and ("expected" in o or "tests" in o): print("escaped")
""",
    ),
    Attack("its environment", "if os.environ or libc.getenv(b'PATH'): print('escaped')\n"),
]

CHEATS = [
    Attack(
        "frames sent ahead: the first answers count, and are guesses",
        """
import os, json
for v in (3, 3, 3):
    b = json.dumps({"v": v}).encode()
    os.write(3, len(b).to_bytes(4, "big") + b)
def add(a, b): return 0
""",
        most=0.34,
    ),
    Attack(
        "claiming to be ready, and to have passed",
        """
import os
for b in (b'{"ready":1}', b'{"passed":1}', b'{"score":1.0}', b'{"exit":0}'):
    os.write(3, len(b).to_bytes(4, "big") + b)
os._exit(0)
""",
    ),
    Attack(
        "forging a failure of the sandbox, to go unscored",
        """
import os
b = b'{"refused":"kernel"}'
os.write(3, len(b).to_bytes(4, "big") + b)
os._exit(125)
""",
    ),
    Attack(
        "a frame that says it is 4 GB long",
        """
import os
os.write(3, b"\\xff\\xff\\xff\\xff" + b"x" * 1000)
""",
        "output_limit runtime_error wrong_answer",
    ),
    Attack(
        "frames that are not JSON, no object, no UTF-8",
        """
import os
for b in (b"{", b"[]", b"\\xff\\xfe", b"null", b'{"v":NaN}'):
    os.write(3, len(b).to_bytes(4, "big") + b)
def add(a, b): return 0
""",
    ),
    Attack(
        "a frame nested 100,000 deep",
        """
import os
b = b'{"v":' + b"[" * 100000 + b"]" * 100000 + b"}"
def add(x, y):
    os.write(3, len(b).to_bytes(4, "big") + b)
    return 0
""",
    ),
    Attack(
        "a number of a million digits, for the parent to read",
        """
import os
b = b'{"v":' + b"9" * 1000000 + b"}"
def add(x, y):
    os.write(3, len(b).to_bytes(4, "big") + b)
""",
    ),
    Attack(
        "a hundred thousand keys of one hash",
        """
def add(a, b): return {k * ((1 << 61) - 1): k for k in range(2000)}
""",
    ),
    Attack(
        "a set whose members collide, forged",
        """
import os, json
b = json.dumps({"v": {"s": [{"I": "%x" % (k * ((1 << 61) - 1))} for k in range(100000)]}}).encode()
def add(x, y):
    os.write(3, len(b).to_bytes(4, "big") + b)
""",
    ),
    Attack(
        "a decimal that fills memory when expanded",
        """
from decimal import Decimal
def add(a, b): return Decimal("1e999999")
""",
    ),
    Attack(
        "a fraction with nothing below",
        """
import os
b = b'{"v":{"Q":[1,0]}}'
def add(x, y):
    os.write(3, len(b).to_bytes(4, "big") + b)
""",
    ),
    Attack(
        "infinity as JSON's 1e999",
        """
import os
b = b'{"v":1e999}'
def add(x, y):
    os.write(3, len(b).to_bytes(4, "big") + b)
""",
    ),
    Attack(
        "unknown tags, two tags, tags of the wrong type",
        """
import os
frames = iter([b'{"v":{"zz":1}}', b'{"v":{"t":[1],"d":[]}}', b'{"v":{"d":[[1,2,3]]}}'])
def add(x, y):
    b = next(frames)
    os.write(3, len(b).to_bytes(4, "big") + b)
""",
    ),
    Attack(
        "relatives that lie about themselves",
        """
from collections import Counter
class C(Counter):
    def items(self): return [("x", 3)]
    def __eq__(self, o): return True
def add(a, b): return C()
""",
    ),
    Attack(
        "a tuple subclass with fields that lies when iterated",
        """
class T(tuple):
    _fields = ("a",)
    def __iter__(self): return iter([3, 6, 579])
    def __eq__(self, o): return True
def add(a, b): return T()
""",
    ),
    Attack(
        "a metaclass that says it is int",
        """
class M(type):
    def __eq__(cls, o): return True
    def __hash__(cls): return hash(int)
class X(metaclass=M):
    def __eq__(s, o): return True
    __class__ = int
def add(a, b): return X()
""",
    ),
    Attack(
        "an exception whose text never ends",
        """
class E(Exception):
    def __str__(self):
        while True: pass
def add(a, b): raise E
""",
        "timeout",
    ),
    Attack(
        "an exception with a huge name and a terminal's escape codes",
        """
E = type("\\x1b[31m" + "A" * 10**6, (Exception,), {})
def add(a, b): raise E("\\x1b]0;owned\\x07" * 10**5)
""",
        "runtime_error",
    ),
    Attack(
        "closing every descriptor, then spinning",
        """
import os
os.closerange(0, 256)
while True: pass
""",
        "runtime_error timeout",
    ),
    Attack(
        "a thread that answers for the cases to come",
        """
import os, threading, json
def flood():
    b = json.dumps({"v": 3}).encode()
    while True:
        os.write(3, len(b).to_bytes(4, "big") + b)
threading.Thread(target=flood, daemon=True).start()
def add(a, b): return 0
""",
        most=0.34,
    ),
    Attack(
        "stopping itself, to be waited for for ever",
        """
import os, signal
def add(a, b):
    os.kill(os.getpid(), signal.SIGSTOP)
    return a + b
""",
        "timeout runtime_error passed",
        most=1.0,
    ),
    Attack(
        "sleeping in a call that nothing interrupts",
        """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
def add(a, b):
    signal.sigwait([signal.SIGUSR1])
""",
        "timeout",
    ),
    Attack(
        "killing itself by SIGKILL, as a sandbox would",
        """
import os, signal
def add(a, b): os.kill(os.getpid(), signal.SIGKILL)
""",
        "runtime_error wrong_answer",
    ),  # process 1 of a namespace survives itself
    Attack(
        "looking starved, to go unscored: native threads that fight for the CPUs",
        """
import hashlib, threading
data = b"x" * (1 << 26)
for _ in range(12):
    threading.Thread(target=lambda: [hashlib.sha256(data) for _ in range(10**6)], daemon=True).start()
def add(a, b):
    while True: hashlib.sha256(data)
""",
        "timeout runtime_error",
    ),
    Attack(
        "filling the folder with empty files",
        """
def add(a, b):
    for i in range(10**6): open(str(i), "w").close()
""",
        "runtime_error timeout",
    ),
    Attack(
        "filling the folder with many middling files",
        """
def add(a, b):
    for i in range(200):
        with open(str(i), "wb") as f: f.write(b"x" * (1 << 20))
    return 0
""",
        "runtime_error timeout",
    ),
    Attack(
        "memory that is mapped and shared, not allocated",
        """
import mmap
keep = []
def add(a, b):
    while True: keep.append(mmap.mmap(-1, 1 << 26))
""",
        "runtime_error memory_limit",
    ),
    Attack(
        "printing from a thread while the main one sleeps",
        """
import threading, sys, time
def add(a, b):
    threading.Thread(target=lambda: [sys.stdout.write("x" * 100000) for _ in range(10**6)]).start()
    time.sleep(60)
""",
        "output_limit timeout",
    ),
    Attack(
        "a million keys, for the parent to compare",
        """
def add(a, b): return {i: i for i in range(10**6)}
""",
    ),
    Attack(
        "an endless generator",
        """
import itertools
def add(a, b): return (x for x in itertools.count())
""",
    ),
    Attack(
        "rebinding the sandbox's own functions",
        """
import gc, types
for o in gc.get_objects():
    if isinstance(o, types.FunctionType) and o.__name__ in ("encode", "_encode", "answer", "_told"):
        o.__code__ = (lambda *a, **k: {"v": 3}).__code__
def add(a, b): return 0
""",
        most=0.34,
    ),
    Attack(
        "rebinding the frames above it",
        """
import sys
def add(a, b):
    f = sys._getframe()
    while f:
        for name in ("request", "reply", "value", "job"):
            if name in f.f_locals: f.f_locals[name] = 3
        f = f.f_back
    return 0
""",
    ),
    Attack(
        "reading the job's own file for what is expected",
        """
import os
def add(a, b):
    for fd in range(64):
        try:
            os.lseek(fd, 0, 0)
            if b"579" in os.read(fd, 1 << 20): return 579
        except OSError: pass
    return 0
""",
    ),
]

ADD = {"type": "call", "entry_point": "add", "timeout_s": 1.5, "cases": [
    {"args": [1, 2], "expected": 3}, {"args": [10, -4], "expected": 6},
    {"args": [123, 456], "expected": 579}]}  # fmt: skip
ESCAPED = {"type": "stdio", "timeout_s": 3, "cases": [{"stdin": "", "expected": "escaped\n"}]}

WHOLE = CodeTestsParams(code="whole", text="tokens")


@pytest.mark.parametrize("attack", ESCAPES, ids=lambda a: a.why)
def test_no_way_out(pool: SandboxPool, attack: Attack) -> None:
    # any number of "escaped" lines is one too many: a control shows that one would be seen
    code = TRY + attack.code
    verdict = CodeTests(WHOLE, pool).verify(Sample(completion=code, tests=ESCAPED))
    assert verdict.status is Status.JUDGED, verdict.because
    assert verdict.score == 0.0
    assert "escaped'" not in verdict.because.replace("wanted 'escaped'", "")
    assert "compile_error" not in verdict.details["outcome"], verdict.because


def test_an_escape_would_be_seen(pool: SandboxPool) -> None:
    code = TRY + "attempt(lambda: open('private', 'w').close())\n"
    assert CodeTests(WHOLE, pool).verify(Sample(completion=code, tests=ESCAPED)).score == 1.0


@pytest.mark.parametrize("attack", CHEATS, ids=lambda a: a.why)
def test_no_pay_for_cheating(pool: SandboxPool, attack: Attack) -> None:
    began = time.monotonic()
    verdict = CodeTests(WHOLE, pool).verify(Sample(completion=attack.code, tests=ADD))
    assert verdict.status is Status.JUDGED, verdict.because
    assert verdict.score is not None
    assert verdict.score <= attack.most, verdict.because
    if attack.outcomes:
        assert verdict.details["outcome"] in attack.outcomes.split(), verdict.because
    assert "\x1b" not in verdict.because + (verdict.feedback or "")
    assert time.monotonic() - began < 60.0


def test_no_state_goes_from_one_program_to_the_next(pool: SandboxPool) -> None:
    leave = "import os\nfor p in ('s', '/tmp/s', '.s'):\n    try: open(p, 'w').write('x')\n" \
            "    except OSError: pass\ndef add(a, b): return 0\n"  # fmt: skip
    look = "import os, builtins, sys\nfound = [p for p in ('s', '/tmp/s', '.s') if os.path.exists(p)]\n" \
           "def add(a, b): return 0 if found else a + b\n"  # fmt: skip
    verifier = CodeTests(WHOLE, pool)
    for _ in range(3):
        verifier.verify(Sample(completion=leave, tests=ADD))
        assert verifier.verify(Sample(completion=look, tests=ADD)).score == 1.0


def test_no_file_outside_is_written_and_no_connection_made(pool: SandboxPool) -> None:
    """Seen from outside, with everything left open that a careless machine leaves open."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as server:
        os.chmod(folder, 0o777)
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        server.settimeout(0.2)
        code = f"""
import ctypes, os, socket
libc = ctypes.CDLL(None)
try: open({folder + "/x"!r}, "w").write("x")
except OSError: pass
libc.open({(folder + "/y").encode()!r}, 0o101, 0o666)
try: socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 1)
except OSError: pass
def add(a, b): return a + b
"""
        verdict = CodeTests(WHOLE, pool).verify(Sample(completion=code, tests=ADD))
        assert verdict.score == 1.0, verdict.because
        assert os.listdir(folder) == []
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_expected_value_is_in_the_childs_memory(pool: SandboxPool) -> None:
    """Read every page of a running child, and of its zygote, from outside."""
    secret, known = "s3cr3t-" + "5" * 20, "kn0wn-" + "7" * 20
    tests = {"type": "call", "entry_point": "f", "timeout_s": 1,
             "cases": [{"args": [known], "expected": secret}]}  # fmt: skip
    code = "import time\ndef f(x):\n    time.sleep(0.5)\n    return x\n"
    searched: list[bytes] = []

    def search(pid: int) -> None:
        time.sleep(0.2)
        searched.append(_memory(pid))

    import threading

    with pool.slot() as slot:
        zygote = slot.zygote()
        run, threads = zygote.run, []

        def watched(*args, **kwargs):  # type: ignore[no-untyped-def]
            made = run(*args, **kwargs)
            threads.append(threading.Thread(target=search, args=(made.pid,)))
            threads[-1].start()
            return made

        zygote.run = watched  # type: ignore[method-assign]
        from assay.verifiers.code_tests.runs.execute import ProgramRun
        from assay.verifiers.code_tests.runs.programs import RunnableProgram
        from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
        from assay.verifiers.code_tests.suites.shapes import read

        suite = read(tests)
        ProgramRun(slot, PLAIN, RunnableProgram(code), suite, WHOLE).results(
            suite.cases, stop=False
        )
        del zygote.run
        for thread in threads:
            thread.join()
    if not searched or not searched[0]:
        pytest.skip("this user may not read the child's memory")
    assert known.encode() in searched[0], "the search finds what is there"
    assert secret.encode() not in searched[0]


def _memory(pid: int) -> bytes:
    out = bytearray()
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if "w" not in rights:
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                try:
                    memory.seek(start)
                    out += memory.read(end - start)
                except (OSError, ValueError):
                    continue
    except OSError:
        return b""
    return bytes(out)


HELPER = {
    "type": "asserts", "entry_point": "find_zero", "timeout_s": 3,
    "prompt": "import math\ndef poly(xs, x):\n    return sum(c * x**i for i, c in enumerate(xs))\n"
    "def find_zero(xs):\n    '''A zero.'''\n",
    "code": "def check(candidate):\n    for xs in ([1, 2], [-6, 3], [5, 1]):\n"
    "        assert abs(poly(xs, candidate(list(xs)))) < 1e-4\n",
}  # fmt: skip

PROXIED = [
    ("an honest solution", "def find_zero(xs): return -xs[0] / xs[1]\n", 1.0),
    ("redefining the test's helper", "def poly(xs, x): return 0\ndef find_zero(xs): return 0\n", 0.0),
    ("redefining check and the builtins it uses", """
import builtins, sys
def check(c): pass
builtins.abs = lambda x: 0
sys.modules["__main__"].check = check
def find_zero(xs): return 7
""", 0.0),
    ("an object that is near to everything", """
class E:
    def __rmul__(s, o): return 0
    __mul__ = __pow__ = __rpow__ = __add__ = __radd__ = __rmul__
    def __abs__(s): return 0
    def __lt__(s, o): return True
def find_zero(xs): return E()
""", 0.0),
    ("raising the test's own exception", "def find_zero(xs): raise AssertionError\n", 0.0),
    ("leaving by SystemExit", "def find_zero(xs): raise SystemExit(0)\n", 0.0),
    ("leaving the process", "import os\ndef find_zero(xs): os._exit(0)\n", 0.0),
    ("claiming that the test is over", """
import os
def find_zero(xs):
    b = b'{"ready":1}'
    os.write(3, len(b).to_bytes(4, "big") + b)
    os._exit(0)
""", 0.0),
    ("changing the test's arguments", "def find_zero(xs):\n    xs[:] = [0, 0]\n    return 0\n", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("why", "code", "score"), PROXIED, ids=[p[0] for p in PROXIED])
def test_a_suite_with_a_helper(pool: SandboxPool, why: str, code: str, score: float) -> None:
    verdict = CodeTests(WHOLE, pool).verify(Sample(completion=code, tests=HELPER))
    assert verdict.status is Status.JUDGED, verdict.because
    assert verdict.score == score, verdict.because


def test_nothing_is_left_alive(pool: SandboxPool) -> None:
    """After all of the above, a slot's zygote has no child."""
    for slot in pool._slots:
        for zygote in slot._zygotes.values():
            assert _descendants(zygote.pid) <= 1  # at namespaces, process 1 of the namespace


def _descendants(pid: int) -> int:
    found, todo = 0, [pid]
    while todo:
        path = Path(f"/proc/{todo.pop()}")
        for children in path.glob("task/*/children"):
            pids = children.read_text().split()
            found += len(pids)
            todo += [int(p) for p in pids]
    return found
