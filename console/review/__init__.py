"""The weekly review: what happened to each budget, whether it is noise or structural, what next.

`build.review` reads the store once; `terminal`, `markdown`, `html` and `documents` only format.
"""
