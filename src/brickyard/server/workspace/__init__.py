"""The workspace: notebooks, files and folders that people see under /Shared and /Users."""
