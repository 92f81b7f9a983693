"""The console's pages: layout, parts, styles. No build step; htmx is shipped beside its licence."""
