"""The HTTP front: `app` is the pages and the API, `permalinks` their addresses, `problems` what went wrong."""
