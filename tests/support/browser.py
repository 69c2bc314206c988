"""A page in headless Chromium, as a person meets it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BINARIES = ("chromium", "chromium-browser", "google-chrome")

PHONE = (360, 740)
DESK = (1280, 900)


def missing() -> str | None:
    """What is not there to drive a browser with; None where all is."""
    try:
        import selenium  # noqa: F401
    except ModuleNotFoundError:
        return "selenium"
    if binary() is None:
        return f"a browser: one of {', '.join(BINARIES)}"
    if shutil.which("chromedriver") is None:
        return "chromedriver"
    return None


def binary() -> str | None:
    """Where the browser is."""
    return next((found for name in BINARIES if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, path: Path, fragment: str = "") -> Page:
        """Load a file."""
        self.driver.get(path.as_uri() + fragment)
        return self

    def look(self, size: tuple[int, int] = DESK, *, dark: bool = False, scale: float = 1) -> None:
        """Set the window and the theme."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=scale,
            mobile=size[0] < 600,
        )
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.cdp("Emulation.setEmulatedMedia", features=[theme, still])

    def cdp(self, command: str, **arguments: Any) -> Any:
        """A command of the developers' protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script: str, *arguments: Any) -> Any:
        """A script in the page; ``return`` gives its value."""
        return self.driver.execute_script(script, *arguments)

    def until(self, condition: str, *arguments: Any) -> Any:
        """Wait until an expression holds; its value."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, 30).until(
            lambda d: d.execute_script(f"return {condition}", *arguments), condition
        )

    def all(self, selector: str) -> list[Any]:
        """Elements."""
        from selenium.webdriver.common.by import By

        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def one(self, selector: str) -> Any:
        """The first element."""
        return self.all(selector)[0]

    def text(self, selector: str) -> str:
        """What an element says."""
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def choose(self, selector: str, visible: str) -> None:
        """An option of a select, by what it says."""
        from selenium.webdriver.support.ui import Select

        Select(self.one(selector)).select_by_visible_text(visible)

    def press(self, *keys: str) -> None:
        """Keys, to whatever has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains

        chain = ActionChains(self.driver)
        for key in keys:
            chain.send_keys(key)
        chain.perform()
        self.settle()

    def settle(self) -> None:
        """Until what was asked for is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        )

    def complaints(self) -> list[str]:
        """Everything on the console since last asked: errors, warnings, refused by policy."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses that were asked for since last asked; with ``csp `` before refused ones."""
        found: dict[str, str] = {}
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            said = message["params"]
            if message["method"] == "Network.requestWillBeSent":
                found[said["requestId"]] = str(said["request"]["url"])
            if message["method"] == "Network.loadingFailed" and said["requestId"] in found:
                found[said["requestId"]] = f"{said.get('blockedReason')} {found[said['requestId']]}"
        return list(found.values())


@contextmanager
def browser() -> Iterator[Page]:
    """A fresh Chromium; skips the test where there is none."""
    if lacking := missing():
        pytest.skip(f"optional part not installed: {lacking}")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary() or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for argument in _arguments(profile):
            options.add_argument(argument)
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        driver = webdriver.Chrome(options=options, service=service)
        try:
            page = Page(driver)
            page.look()
            yield page
        finally:
            driver.quit()


def _arguments(profile: str) -> Sequence[str]:
    found = [
        "--headless=new",
        f"--user-data-dir={profile}",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        found.append("--no-sandbox")  # Chromium refuses to sandbox itself for root
    return found
