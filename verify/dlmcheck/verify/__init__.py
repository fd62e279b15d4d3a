"""How things are checked: kernel, engines, searches, claims, evidence, reports, command line.

The top floor. It may import `dlmcheck.model` and `dlmcheck.spec`. Within it the kernel is apart:
`dlmcheck.verify.kernel` imports `dlmcheck.spec` and the standard library only, so that what it
accepts rests on no engine. This file imports nothing, because importing the kernel runs it.
"""
