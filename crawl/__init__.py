"""From a newspaper's site to clean, kept articles.

A site goes in, articles in an archive come out, in one direction: sources (which newspapers) → frontier (what next) →
fetching (one polite GET) → extraction (page → article) → archive (what is kept). crawler/ drives them, ingest/ brings
files the same way, cli starts either. What all of them speak of: article, urls (its address), messages (the user's
language), datafolder (the folder on the disk).

    sources/     the newspapers                crawler/     one crawl
    frontier/    what next, when, where not    ingest/      files → the same archive
    fetching/    one polite GET                datafolder/  the folder on the disk
    extraction/  page → article                messages/    the user's language
    archive/     everything that is kept       cli/         timbao crawl, import, sources
    article      Page, Article, Revision       urls         which addresses are one page
"""
