"""The shape check: budgets of size and rules of discipline over the syntax trees of this repository."""
