"""Secrets: values in named scopes, encrypted at rest with the home's own key."""
