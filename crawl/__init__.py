"""From a newspaper's site to clean, kept articles.

A site goes in, articles in an archive come out, in one direction: sources (which newspapers) → frontier (what next) →
fetching (one polite GET) → extraction (page → article) → archive (what is kept). crawler/ drives them, ingest/ brings
files the same way, cli starts either. What all of them speak of: article, urls (its address), messages (the user's
language), datafolder (the folder on the disk).
"""
