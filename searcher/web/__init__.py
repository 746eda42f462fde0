"""The HTTP front.

app        the pages and the API    templates/  the pages' markup
problems   what went wrong          static/     style, icon, the API's description
"""
