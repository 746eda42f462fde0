"""From articles to an index, and from a query to hits."""
