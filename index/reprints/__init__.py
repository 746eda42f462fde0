"""The same article in several papers: texts go in, groups with a first printing come out.

overlap      how much two texts share        groups   the groups that are kept
candidates   which texts to compare
"""
