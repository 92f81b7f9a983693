"""The metastore that this server is, and the credentials that its files need: none."""
