"""The history of the database's shape. `waystation.store.migrate` applies it; files in `versions/` are never edited
once released. They name tables and columns themselves and import nothing but the portable column types and
`creating`.
"""
