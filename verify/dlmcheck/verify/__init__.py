"""How things are checked: kernel, engines, searches, claims, evidence, reports, command line.

The top floor. It may import `dlmcheck.model` and `dlmcheck.spec`. Inside it, `dlmcheck.verify.kernel`
stands apart: it imports `dlmcheck.spec` and the standard library only, so that what it accepts rests
on no engine.
"""
