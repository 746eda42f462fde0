"""The command `timbao`: the one place where the parts are put together.

main   all commands, and what they share
"""
