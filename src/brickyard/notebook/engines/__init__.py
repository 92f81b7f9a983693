"""Spark engines behind one Connect client. base.py is the contract; all engines are packages of the same shape."""
