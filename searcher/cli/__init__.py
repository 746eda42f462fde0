"""The command `timbao`: the one place where the parts are put together.

main     the root of all commands, the user's language, exit statuses
search, show, serve, status, update   one file for each command

command          a command as the user meets it     exit_status  which error ends in which status
shared_options   options every command takes        newspapers   names that people type and read
parameter_types  what may be typed for a parameter  pager        long text on a terminal
"""
