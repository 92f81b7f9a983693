"""The server's child processes: how one is started, leased, replaced and ended.

A child listens on a unix socket, says so by one line on its standard output, and ends when its standard input closes:
that pipe is its lease on life, so it never outlives the server, however that ends.
"""
