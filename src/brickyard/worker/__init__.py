"""The data worker: the process that does the server's Delta and Arrow work.

`python -m brickyard.worker --socket PATH` listens on a Unix socket and runs the tasks of `registry`. The server knows
`frames`, the protocol, alone; nothing is imported here, so that this costs it nothing.
"""
