"""From what a person typed to what a person sees."""
