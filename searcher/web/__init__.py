"""The HTTP front.

app          the pages and the API        templates/  the pages' markup
permalinks   the addresses of searches    static/     style, icon, the API's description
problems     what went wrong
"""
