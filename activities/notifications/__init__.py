"""Notices: templates in two languages, rendered in a sandbox, and the channels that carry them: mail and SMS."""
