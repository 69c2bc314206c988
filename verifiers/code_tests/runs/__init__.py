"""One program against one suite: calls, the proxy, and what came out."""
