"""Volumes: named folders of files."""
