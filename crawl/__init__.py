"""From a newspaper's site to clean, kept articles."""
