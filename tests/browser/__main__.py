"""``python -m tests.browser``: a real run, and a picture of every page; what ``make screenshots`` runs.

``build/screenshots/<name>.png`` at 1200 pixels, ``build/screenshots/narrow/<name>.png`` at 420. What is wrong with a
page is told, and the exit code is 1 then. The last line is JSON.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from streams import addresses
from streams.settings import Settings
from tests.browser import places
from tests.browser.chrome import NARROW, WIDE, NoBrowser, chrome, opened
from tests.browser.pages import PAGES, Page

FOLDER = places.ROOT / "build" / "screenshots"
UP = "running until Ctrl-C"
_PAGES = re.compile(r"\bCHENGXIN_([A-Z]+)\s+(http://\S+)")
README = "console-channels"  # shown in the README: cp build/screenshots/readme.png docs/screenshot.png


def main(records: int) -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="chengxin-pages-") as folder, chrome() as browser:
        settings = Settings().model_copy(
            update={"data_dir": Path(folder), "kafka_bootstrap": None, "clickhouse_url": None}
        )
        with running(settings.data_dir, records) as (environ, services):
            found = addresses.find(settings)
            with places.opened(settings, found, environ, services) as run:
                for page in PAGES:
                    for fault in pictures(browser, page, run):
                        faults.append(fault)
                        print(f"{page.name}: {fault}", flush=True)
    print(json.dumps({"pages": len(PAGES), "faults": len(faults), "folder": str(FOLDER.relative_to(Path.cwd()))}))
    return int(bool(faults))


def pictures(browser: Browser, page: Page, run: places.Run) -> list[str]:
    """Both pictures of a page; returns what is wrong with it."""
    found = []
    for width, folder in ((WIDE, FOLDER), (NARROW, FOLDER / "narrow")):
        with opened(browser, page, run.address(page), width, typed=run.typed(page)) as shown:
            found += [f"{width}: {one}" for one in (*shown.faults(), *shown.inaccessible())]
            shown.picture(folder)
            if (page.name, width) == (README, WIDE):
                shown.tab.screenshot(path=FOLDER / "readme.png")
    return found


@contextmanager
def running(data: Path, records: int) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """`chengxin run` on fresh data, until the block ends: its environment, and the addresses of the pages that it
    prints, by service. What it says goes to ``run.log``."""
    given = ("KAFKA_BOOTSTRAP", "CLICKHOUSE_URL")
    environ = {name: value for name, value in os.environ.items() if name not in given}
    environ["CHENGXIN_DATA_DIR"] = str(data)
    with (FOLDER / "run.log").open("w") as log:
        run = subprocess.Popen(
            [places.CHENGXIN, "run", "--records", str(records)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert run.stdout is not None
            services = {}
            for line in run.stdout:
                log.write(line)
                log.flush()
                if (found := _PAGES.search(line)) is not None:
                    services[found[1].lower()] = found[2]
                if UP in line:
                    break
            else:
                raise SystemExit(f"the run ended: {FOLDER / 'run.log'}")
            yield environ, services
        finally:
            run.terminate()  # ends it in order; SIGINT may be ignored where a shell started us in the background
            run.communicate(timeout=300)  # a busy machine ends servers slowly


if __name__ == "__main__":
    try:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
    except NoBrowser as fault:
        sys.exit(str(fault))
