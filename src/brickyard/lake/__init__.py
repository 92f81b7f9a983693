"""Delta tables from Python, without Spark.

Functions of a table's location (an absolute path, or a URI with `storage_options`): `facts` tells what a table is,
`reading` and `sampling` give its rows, `writing` and `merging` change it. Each translates the errors of the Delta
library (`failures`). Nothing is imported here, so that whoever asks for facts alone loads no Arrow.
"""
