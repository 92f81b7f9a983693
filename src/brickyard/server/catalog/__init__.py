"""Unity Catalog: who is called what, and where it lies. The data and its format are Delta's."""
