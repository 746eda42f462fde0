"""One crawl: what is due is fetched, a host at a time; everything that comes is stored, then read.

In go newspapers, an archive and a frontier, out comes a report. A page goes one way: schedule, fetch, answer, store,
read, store, remember (`pipeline`).

    run          opens what a crawl needs, under the lock  store            pages and articles into the archive
    pipeline     the steps of a crawl, in their order      canonical_links  the address that a page claims
    schedule     which address is asked next               memory           what came of a visit, and when again
    host_queues  whose turn it is                          discovery        addresses found, which wait
    workers      fetching and reading beside the crawl     report           the account of a crawl
    answers      what a server's answer means              summary          that account as it is read
    reading      what a page holds for a crawl             progress         a crawl shown while it runs
"""
