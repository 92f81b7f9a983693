"""Speed of the tracking server beside its peers: `python -m bench.tracking`."""
