"""The server's side of model servers: their processes, queues, environments and logs."""
