"""`make demo`: the sample newspapers on loopback, crawled, indexed and searched, with the commands a user types."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from crawl.messages import current_language, preferred_language, set_language
from tests.sample_site import SampleSite

ROOT = Path(__file__).parent.parent
DATA = ROOT / ".demo"
SEARCHES = (("đường", "tránh", "Vĩnh", "Ngạn", "hứa"), ("ca", "com", "Mui", "Ganh"))
# Here and not in the catalogues: the demo is not part of what is installed.
LAST_WORDS = {
    "en": """
Now open the same archive in a browser: run the next line, then visit http://127.0.0.1:8080/
    {command}
The invented newspapers answered only while this ran: links to them lead nowhere now, their articles are all here.""",
    "vi": """
Giờ hãy mở kho báo này trong trình duyệt: chạy dòng dưới đây rồi vào http://127.0.0.1:8080/
    {command}
Các tờ báo mẫu chỉ hoạt động trong lúc chạy thử: liên kết đến chúng nay không mở được, nhưng bài vẫn còn đủ ở đây.""",
}
FAILED = {
    "en": "timbao {command} failed with exit status {status}",
    "vi": "timbao {command} không thành công, mã thoát {status}",
}


def timbao(*arguments: str) -> None:
    """Show a command as the user would type it, and run it."""
    print("\n$ timbao", *(repr(word) if " " in word else word for word in arguments), flush=True)
    environment = {
        **os.environ,
        "TIMBAO_DATA": str(DATA),
        "TIMBAO_ALLOW_ADDRESSES": "127.0.0.1/32",
        "TIMBAO_LANG": current_language(),
    }
    command = Path(sys.executable).with_name("timbao")
    run = subprocess.run([command, *arguments], env=environment, check=False)
    if run.returncode:
        sys.exit(FAILED[current_language()].format(command=arguments[0], status=run.returncode))


def main() -> None:
    """Crawl three invented papers and search them, once typed with marks and once without."""
    set_language(preferred_language())
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
    command = f".venv/bin/timbao serve --data {shlex.quote(DATA.name)}"
    print(LAST_WORDS[current_language()].format(command=command))


if __name__ == "__main__":
    main()
