"""The data folder on this machine: where things lie, how it is configured, who may write.

folder        paths, configuration, locks       wholefile   a file written whole or not at all
quiet_hours   hours in which nobody is crawled  processes   processes of one's own
"""
