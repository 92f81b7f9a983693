"""Tables: names, locations, and the columns that their Delta logs tell."""
