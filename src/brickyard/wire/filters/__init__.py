"""The filter language of MLflow's searches: comparisons joined by AND, and order-by clauses."""
