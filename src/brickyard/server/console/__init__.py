"""The console: the home page, signing in, and the files of all its pages."""
