"""Migrations in order, named by a number and what they bring."""
