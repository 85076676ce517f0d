"""What is kept: definitions, journals and the projections made from them, messages, locks, people, files.

Doors for other packages: `waystation.store.session` (transactions), `waystation.store.schema` (tables), and one
module of functions per noun (`cases`, `tasks`, `journal` …), each taking a session as its first argument.
"""
