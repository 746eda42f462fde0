"""The HTTP front.

app         the site, wired; its guards, errors    links     the addresses of our own pages
pages       the search and the reading page        marking   text with marks, as markup
api         searches and articles as JSON          language  what each visitor speaks
operations  is it alive, is it ready               caching   what need not be sent again
problems    what went wrong, status and sentence   server    the socket that listens
templates/  the pages' markup                      static/   style, icon, the API's description
"""
