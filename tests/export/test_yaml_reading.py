"""YAML from anywhere: what attacks need is refused with its line, before anything is built."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.export import openslo, yaml, yaml_reading
from console.export.yaml_reading import LARGEST_BYTES, YamlError, plain, read
from console.settings import load

pytest.importorskip("yaml", reason="no YAML reader here (PyYAML)")
BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
)
HOSTILE = {
    "aliases that unfold": (BOMB, 1, "anchor or alias"),
    "an anchor alone": ("b: 1\na: &x 1", 2, "anchor or alias"),
    "a tag of Python": ("a: 1\nb: !!python/object/apply:os.system [id]", 2, "tag"),
    "a tag of its own": ("!x a", 1, "tag"),
    "lists in lists": ("[" * 100_000, 1, "deep"),
    "mappings in mappings": ("{a: " * 100_000, 1, "deep"),
    "too large": ("#" * (LARGEST_BYTES + 1), 1, "larger than 4 MiB"),
    "a key twice": ("a: 1\nb: 2\na: 3", 3, "the key a twice"),
    "a list as key": ("? [a]\n: b", 1, "no plain text"),
    "no YAML": ("a: [1\nb", 2, "not YAML"),
    "a control character": ("a: \x07", 1, "not YAML"),
    "another version": ("%YAML 7.1\n---\na", 1, "not YAML"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_hostile_is_refused_with_its_line(case: str) -> None:
    text, line, words = HOSTILE[case]
    with pytest.raises(YamlError, match=words) as refused:
        read(text.encode())
    assert refused.value.line == line


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reading, "MOST_VALUES", 1_000)
    with pytest.raises(YamlError, match="more than 1000 values") as refused:
        read(b"- x\n" * 2_000)
    assert refused.value.line == 998


def test_a_thousand_routes_are_within_the_bounds() -> None:
    (route, *_) = load(None).tiers.values()
    one = yaml.stream(openslo.documents([route], 0))
    values = 2 * one.count("\n")
    assert 1_000 * len(one) < LARGEST_BYTES
    assert 1_000 * values < yaml_reading.MOST_VALUES


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(YamlError, match="UTF-8"):
        read(b"a: 1\nb: \xff")


def test_merge_keys_merge_nothing() -> None:
    (found,) = read(b"<<: {a: 1}")
    assert plain(found) == {"<<": {"a": "1"}}


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1.5", "number"), ('"1.5"', "text"), ("yes", "flag"), ("~", "nothing"), ("1M", "text")],
)
def test_a_scalar_without_quotes_is_what_yaml_takes_it_for(text: str, kind: str) -> None:
    (found,) = read(f"a: {text}".encode())
    assert getattr(found, "values")["a"].kind == kind  # noqa: B009


def lines_refused(content: bytes) -> list[int]:
    try:
        read(content)
    except YamlError as error:
        return [error.line]
    return []


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert all(line >= 1 for line in lines_refused(content))


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@` \n\t?,.~0", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert all(line >= 1 for line in lines_refused(text.encode()))


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=4))
def test_texts_that_are_written_are_read_again(document: dict[str, list[str]]) -> None:
    if document:
        assert [plain(one) for one in read(yaml.stream([document]).encode())] == [document]
