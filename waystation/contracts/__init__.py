"""Values that cross a boundary between packages. Nothing here does I/O, reads a clock or imports a higher floor."""
