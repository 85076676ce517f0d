"""Purchasing: budgets that cannot be overspent, and orders on money set aside."""
