"""A newspaper's own site looked at, apart from any crawl.

probe   a first look, enough to write an entry    check   who still answers, which lists lead to articles
"""
