"""What a person sees: results and articles as text, JSON or records.

render    a page of results                reprints  the printings of one article side by side
reading   one article for a reader         streams   output that is closed, full or in another encoding
"""
