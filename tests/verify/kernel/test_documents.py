"""Certificates as text: the bytes that `json` itself would write with an indent."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from dlmcheck.verify.kernel.documents import FORMAT, VERSION, certificate_text

LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just("],\n   ["))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
ROWS = st.lists(st.lists(st.integers() | st.text(), max_size=3), max_size=4)


@given(fields=st.dictionaries(st.text(), VALUES | ROWS, max_size=4))
@example(fields={"a": [[1, "2:f"], [3]], "b": [[1], []], "c": [[True]], "d": [1, 2], "e": [[]]})
@example(fields={"a": [[[1]], [[2, 3]]], "b": [["],\n   [", '"'], ["\\n"]], "c": [1, [2]], "d": []})
def test_a_certificate_is_written_as_json_with_an_indent_is(fields: dict[str, Any]) -> None:
    fields.pop("kind", None)
    whole = {"format": FORMAT, "version": VERSION, "kind": "law", **fields}
    assert certificate_text("law", **fields) == json.dumps(whole, indent=1) + "\n"
