"""A newspaper's own site looked at, apart from any crawl.

probe    a first look, enough to write an entry    trial         selectors tried on real pages
check    who and what still answers                trial_output  what they found, as it is read
visitor  one site's pages, politely
"""
