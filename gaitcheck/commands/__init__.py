"""Commands of `gaitcheck` that fill a file of their own; `cli.py` puts them together."""
