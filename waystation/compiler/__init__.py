"""Text in, a plan or problems out. The door of the compiler; everything else here is reached only from inside.

The steps: `source` reads the text, `drafts` the shapes, `process` lowers them to a plan, `checks` looks at the whole.
"""

from __future__ import annotations

from waystation.compiler.compiling import Compiled, compile_process
from waystation.compiler.findings import Finding, Unit
from waystation.compiler.library import Library, Signature
from waystation.compiler.source import Source, read_source

__all__ = ["Compiled", "Finding", "Library", "Signature", "Source", "Unit", "compile_process", "read_source"]
