"""The control plane: one process, one port."""
