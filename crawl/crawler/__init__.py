"""One crawl: what is due is fetched, a host at a time; everything that comes is stored, then read.

In go newspapers, an archive and a frontier, out comes a report. A page goes one way, and each step has one owner:

    schedule     which host is asked next, and for what: robots.txt, quiet hours, budgets
    workers      fetched in threads; what is stored of it is read in processes that may be given up
    storing      kept: the page before anything is read in it, then the article, or that there is none
    remembering  remembered: what is done, what failed, where it leads, when to come again; the tally

    run           opens what a crawl needs, under the lock    canonical_links  the address that a page claims
    pipeline      leads a page from step to step              discovery        URLs that wait for their first visit
    steps         what one step hands to the next             report, summary  the account of a crawl; as it is read
    host_queues   the hosts and their turns                   progress         a crawl shown while it runs
    contents      what a page holds for a crawl
"""
