"""Reports: what was found, as a table, as versioned JSON, and as JUnit.

    audit_json    an audit as JSON (schema `audit-1`)
    compile_json  compiled circuits as JSON (schema `compile-1`)
    equivalence_json
                  answers on equivalence as JSON (schema `equivalent-1`)
    table         an audit as a table of plain text
    compiled      compiled circuits as plain text
    answers       answers on equivalence as plain text
    junit         an audit as JUnit XML
    schemas       the JSON Schemas, which ship with the package

A report is a function of what was found: two runs give the same bytes. Times are no part of it
unless they are asked for.
"""
