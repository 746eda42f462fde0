"""The command `timbao`: the one place where the parts are put together."""
