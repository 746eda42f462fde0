"""`make demo`: the sample newspapers on loopback, crawled, indexed and searched, with the commands a user types."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.sample_site import SampleSite

ROOT = Path(__file__).parent.parent
DATA = ROOT / ".demo"
SEARCHES = (("đường", "tránh", "Vĩnh", "Ngạn", "hứa"), ("ca", "com", "Mui", "Ganh"))


def timbao(*arguments: str) -> None:
    """Show a command as the user would type it, and run it."""
    print("\n$ timbao", *(repr(word) if " " in word else word for word in arguments), flush=True)
    environment = {**os.environ, "TIMBAO_DATA": str(DATA), "TIMBAO_ALLOW_ADDRESSES": "127.0.0.1/32"}
    command = Path(sys.executable).with_name("timbao")
    run = subprocess.run([command, *arguments], env=environment, check=False)
    if run.returncode:
        sys.exit(f"timbao {arguments[0]} failed with exit status {run.returncode}")


def main() -> None:
    """Crawl three invented papers and search them, once typed with marks and once without."""
    shutil.rmtree(DATA, ignore_errors=True)
    with SampleSite() as site:
        for name, paper in site.papers.items():
            timbao(
                "sources",
                "add",
                site.urls[name],
                "--name",
                name,
                "--title",
                paper.title,
                "--province",
                paper.province,
            )
        timbao("crawl", "--delay", "0.01")
    timbao("index")
    for words in SEARCHES:
        timbao("search", *words, "--limit", "3")
    print("\nNow open the same archive in a browser: run the next line, then visit http://127.0.0.1:8080/")
    print(f"    .venv/bin/timbao serve --data {shlex.quote(DATA.name)}")


if __name__ == "__main__":
    main()
