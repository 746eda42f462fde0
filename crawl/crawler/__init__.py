"""One crawl: what is due is fetched, a host at a time; everything that comes is stored, then read.

In go newspapers, an archive and a frontier, out comes a report.

    run           opens what a crawl needs, under the lock   reading          what a page holds for a crawl
    pipeline      the crawl itself                           canonical_links  the address that a page claims
    host_queues   whose turn it is                           report, summary  the account of a crawl; as it is read
    workers       fetching and reading beside the crawl      progress         a crawl shown while it runs
    harvest       what comes of a page
"""
