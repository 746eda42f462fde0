"""What runs by itself, and what it left.

update   the scheduled run    status   what the data folder holds
"""
