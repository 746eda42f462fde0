"""Compiles the message catalogues when the distribution is built; everything else is in pyproject.toml."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):
    """Writes a .mo beside every .po before the packages are collected."""

    def run(self) -> None:
        """Compile, then build."""
        for source in Path(__file__).parent.glob("crawl/messages/locale/*/LC_MESSAGES/*.po"):
            with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
                write_mo(mo, read_po(po, locale=source.parts[-3]))
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
