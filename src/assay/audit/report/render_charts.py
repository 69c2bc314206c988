"""Run as a script: specifications of charts in, drawings out, a JSON line each.

The library that draws holds a JavaScript engine. It asks for more than 8 GB of address space, and
where it cannot have them (``ulimit -v``, some batch systems) it ends its process with a trap that
no ``except`` sees. So it runs in a process of its own, which may end; see `renderer`.

Imports nothing of Assay, so that it starts quickly.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Answer every line of standard input with one line, until the input ends."""
    import vl_convert

    for line in sys.stdin:
        drawing = vl_convert.vegalite_to_svg(json.loads(line), allowed_base_urls=[])
        sys.stdout.write(json.dumps(drawing) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
