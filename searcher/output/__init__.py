"""What a person sees: results and articles as text, JSON or records.

terminal      a page of results to read on a terminal    records    the same as one record a line
article_text  one article to read; versions, reprints    as_json    results and articles as JSON
sentences     dates, slips, reprints in words            safe_text  hostile text on one line, links
streams       output that is closed, full or in another encoding
"""
