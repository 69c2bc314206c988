"""Suites that need what no sandbox here has: the network, and other processes."""

from __future__ import annotations

import ast

from assay.errors import ReferenceUnreadable

_CALLS = {
    **{
        f"requests.{name}": "uses the network"
        for name in ("get", "post", "put", "patch", "delete", "head", "request", "Session")
    },
    "urllib.request.urlopen": "uses the network",
    "urllib.request.urlretrieve": "uses the network",
    "socket.create_connection": "uses the network",
    "http.client.HTTPConnection": "uses the network",
    "http.client.HTTPSConnection": "uses the network",
    "ftplib.FTP": "uses the network",
    "smtplib.SMTP": "uses the network",
    "os.system": "starts a process",
    "os.fork": "starts a process",
    **{
        f"subprocess.{name}": "starts a process"
        for name in ("run", "Popen", "call", "check_call", "check_output")
    },
    "multiprocessing.Process": "starts a process",
    "multiprocessing.Pool": "starts processes",
}


def refuse_unavailable(tree: ast.AST) -> None:
    """Refuse a suite that itself calls what is not there, and does not replace it by a mock.

    Raises:
        ReferenceUnreadable: it does; names the line and the call.
    """
    replaced = {
        x.value.partition(".")[0] for x in ast.walk(tree)
        if isinstance(x, ast.Constant) and isinstance(x.value, str) and "." in x.value[:80]
    }  # fmt: skip
    for item in ast.walk(tree):
        if not isinstance(item, ast.Call) or not isinstance(item.func, ast.Attribute):
            continue
        name = ast.unparse(item.func)
        reason = _CALLS.get(name)
        if reason is not None and name.partition(".")[0] not in replaced:
            raise ReferenceUnreadable(
                f"tests.code: line {item.lineno} {reason} ({name}), which the sandbox does not"
                " allow\nfix: replace it by a mock, or leave the row out"
            )
