"""One polite, guarded GET: an address goes in, a Page or a FetchError comes out.

fetcher     the GET                         guard    where it may come from, how long it may take
addresses   which addresses are special     inflate  decompression within bounds
robots      robots.txt, delays, back-off    errors   what can go wrong
"""
