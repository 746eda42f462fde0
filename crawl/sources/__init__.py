"""The newspapers: where each lives and how its pages are read.

registry       Source, and reading and writing sources.toml   sources.toml  the newspapers that are shipped
tomlfile       a small TOML file written whole                probing/      a newspaper's site looked at
"""
