"""Files → the same archive that the crawler fills; and the archive's own pages read again.

importer     WARC, HTML, JSON Lines           reextraction  stored pages through today's rules
json_lines   one article as one line          explanation   how each part of a stored page was found
"""
