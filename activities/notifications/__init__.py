"""Notices: templates in two languages, checked and rendered in a sandbox."""
