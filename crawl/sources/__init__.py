"""The newspapers: where each lives and how its pages are read.

source     Source and its Selectors                    sources.toml  the newspapers that are shipped
registry   sources.toml → every newspaper known        entries       one entry of it → Source, checked
writing    one newspaper changed in the user's file    tomlfile      one table of a TOML file changed in place
probing/   a newspaper's site looked at
"""
