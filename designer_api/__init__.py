"""The HTTP API: parse, ask one function, answer. Rules live below; nothing here decides what a case does."""
