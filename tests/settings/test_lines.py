"""Every key of a document has the line on which it stands."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from console.settings.lines import KeyPath, line_numbers, line_of
from console.settings.template_keys import toml_text
from tests.settings.writing import FULL


def lines(text: str) -> dict[KeyPath, int]:
    tomllib.loads(text)
    return line_numbers(text)


def test_tables_and_keys_have_their_lines() -> None:
    found = lines('# head\n\n[route.refunds]\n\ntier = "high"\n')
    assert found[("route", "refunds")] == 3
    assert found[("route", "refunds", "tier")] == 5


def test_each_table_of_a_list_has_its_own_line() -> None:
    found = lines('[[source]]\npath = "a"\n[[source]]\npath = "b"\n[source.map]\nrun = "/id"\n')
    assert found[("source", 0)] == 1
    assert found[("source", 1, "path")] == 4
    assert found[("source", 1, "map", "run")] == 6


def test_elements_of_a_list_over_several_lines_have_their_own_lines() -> None:
    text = 'rules = [\n  { k = 1, long = "1h" }, # ]\n\n  { k = [2,\n 3] },\n]\nnext = 1\n'
    found = lines(text)
    assert found[("rules", 0, "k")] == 2
    assert found[("rules", 1, "k")] == 4
    assert found[("rules", 1, "k", 1)] == 5
    assert found[("next",)] == 7


def test_quoted_and_dotted_keys_are_followed() -> None:
    found = lines('route."a \\"b\\".c".tier = "low"\n[tier.\'x y\' . z]\nk=1\n')
    assert found[("route", 'a "b".c', "tier")] == 1
    assert found[("tier", "x y", "z", "k")] == 3


def test_text_that_looks_like_a_document_is_passed_over() -> None:
    text = 'a = """\nb = 1\n\\"""\n[c]"""\nd = \'\'\'\n]\'\'\'\'\ne = "]#\\"" # f = 1\ng = "h"'
    found = lines(text)
    assert found == {("a",): 1, ("d",): 5, ("e",): 7, ("g",): 8}


def test_what_does_not_stand_in_the_file_has_the_line_of_what_is_around_it() -> None:
    found = lines('\n[route.refunds]\ntier = "low"\n')
    assert line_of(("route", "refunds", "owner"), found) == 2
    assert line_of(("store", "path"), found) == 1


def test_every_key_of_a_full_file_is_found_on_its_line() -> None:
    found = line_numbers(FULL)
    rows = FULL.splitlines()
    for at, line in found.items():
        if isinstance(at[-1], str):
            assert at[-1] in rows[line - 1]
    assert paths(tomllib.loads(FULL)) <= found.keys()


def paths(value: object, at: KeyPath = ()) -> set[KeyPath]:
    """Return the path of everything in a document."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    found = {at} if at else set()
    return found.union(*(paths(element, (*at, key)) for key, element in inner))


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
SCALARS = st.one_of(st.integers(), st.booleans(), KEYS, st.floats(allow_nan=False))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


def written(value: object) -> str:
    """Return a value as TOML, with a line for each element of a list."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, list):
        return "[\n" + "".join(f"{written(element)} , # ]\n" for element in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{toml_text(key)} = {written(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return repr(value)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_path_of_any_document_is_found(document: dict[str, object]) -> None:
    text = "".join(f"{toml_text(key)} = {written(value)}\n" for key, value in document.items())
    assert paths(tomllib.loads(text)) == set(line_numbers(text))
