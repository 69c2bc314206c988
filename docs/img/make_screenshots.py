"""Screenshots of the demo's report; needs Chromium and Pillow.

Writes `report-*.png` beside this file, in 64 colours, about 50 kB each.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))

from browser import Page, browser  # noqa: E402

from assay.audit.context import Context  # noqa: E402
from assay.audit.demo import demo_log  # noqa: E402
from assay.audit.logs import read_log  # noqa: E402
from assay.audit.report import write_report  # noqa: E402
from assay.audit.run import audit  # noqa: E402

DESK = (1180, 760)
PHONE = (390, 760)

SHOTS = (
    ("findings", DESK, False, "#findings", ""),
    ("charts", DESK, False, "#reward", ""),
    ("charts-dark", DESK, True, "#budget", ""),
    ("rollout", DESK, False, "#rollout-64", ""),
    ("compare", DESK, True, "#rollout-64", "d"),
    ("phone", PHONE, False, "#rollout-64", ""),
)
"""Name, window, dark, where, and a key to press."""


def main() -> None:
    """Write them all."""
    with tempfile.TemporaryDirectory() as folder, browser() as page:
        path = Path(folder) / "report.html"
        with read_log([str(demo_log())]) as log:
            write_report(audit(log.frame, Context(rows=log.rows)), log.rows, path)
        for name, size, dark, where, key in SHOTS:
            page.look(size, dark=dark)
            page.open(Path("/dev/null"))  # or only the place in the page would change
            page.open(path, where)
            page.settle()
            if key:
                page.press(key)
            shoot(page, HERE / f"report-{name}.png")


def shoot(page: Page, path: Path) -> None:
    """One picture, made small."""
    from PIL import Image

    page.settle()
    page.driver.save_screenshot(str(path))
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
