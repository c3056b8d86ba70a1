"""What is a secret and what is not, and what becomes of the text around it."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.intake.reading import Batch, Rejected, Sourced
from console.intake.redaction import Redactor
from console.model import Event
from console.settings import Redact

KEY = bytes(range(32))
REDACTOR = Redactor(KEY, Redact())
MARK = re.compile(r"\[redacted:[0-9a-f]{8}\]")

OPAQUE = "Zq7Lp2Xv9Bn4Cm6Tr8Yw1Ku3Hj5Md0SfGaEi" * 2
"""Long and of all kinds of letters, as no example of a real issuer is."""
SHAPED = {
    "AWS access key": "AKIA" + "QW2E" * 4,
    "AWS temporary key": "ASIA" + "QW2E" * 4,
    "GitHub classic": "ghp_" + OPAQUE,
    "GitHub app": "ghs_" + OPAQUE,
    "GitHub fine-grained": "github_pat_" + OPAQUE,
    "GitLab": "glpat-" + OPAQUE[:20],
    "Slack bot": "xoxb-" + "1234567890-" + OPAQUE[:24],
    "Slack app": "xapp-1-" + OPAQUE[:20],
    "OpenAI": "sk-" + OPAQUE,
    "OpenAI project": "sk-proj-" + OPAQUE,
    "Anthropic": "sk-ant-api03-" + OPAQUE,
    "Google key": "AIza" + OPAQUE[:35],
    "Google token": "ya29." + OPAQUE,
    "Stripe": "sk_live_" + OPAQUE,
    "Stripe restricted": "rk_test_" + OPAQUE,
    "Hugging Face": "hf_" + OPAQUE[:34],
    "npm": "npm_" + OPAQUE[:36],
    "JWT": "eyJ" + OPAQUE + ".eyJ" + OPAQUE + "." + OPAQUE,
    "PEM": "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----",
    "PEM, cut": "-----BEGIN PRIVATE KEY-----\nMIIE\nabc",
}
KEYED = [
    "password=hunter2", "PASSWORD = 'two words'", 'passwd: "a b"', "db_password: hunter2",
    "client_secret=s3cr3t", "secret: tops3cret", "apiKey=abc", "api-key: abc1", "API_KEY=abc",
    "x-api-key: abc1", "access_token=abc", "sessionToken: abc1", "private_key=abc",
    "aws_secret_access_key=abc", "credential=abc", "Cookie: sid=abc; theme=dark",
    "Set-Cookie: sid=abc; Secure", "Authorization: Bearer abc", "authorization=Basic YTpi",
    "Authorization: Token abc1234", "curl -H 'Authorization: Bearer abc.def'", "token:abc12345",
    "mysql --password hunter2", "deploy --token abc", "https://user:pw@host/x",
    "postgres://app:p%40ss@db:5432/x", r"https:\/\/user:pw@host", "login?access_token=abc&next=1",
    r'said \"password\": \"abc\"', '{"password": "hunt', "auth=" + OPAQUE,
    r"env:\npassword: abc1", "session: token=abc", "userpassword=abc", "key: " + OPAQUE,
]  # fmt: skip
PLAIN = [
    "max_tokens=4096", "token_count: 12", "input_tokens=5, output_tokens=6", "tokens: 900",
    "eos_token=</s>", "next_page_token=abc", "token:refresh", "secret:read",
    "invalid token: expired",
    "password: required", "password_policy=strict", "secret_arn=arn:aws:x", "api_key_id=k-1",
    "the token is not valid", "password: str = None", "token = os.environ[TOKEN]",
    "token: data.token", "token: ${{ TOKEN }}", "token: $TOKEN", "password: <password>",
    "authorization: granted", "public_key=abc", "cache_key=" + "ab12" * 10, "key=name",
    "run 01997e76-d124-7592-9cac-2ec05abbca08", "sha256:" + "9f86d081" * 8, "id=" + OPAQUE,
    "signature=" + OPAQUE, "task-sk-learn", "https://host:8080/a@b", "user@host.example",
    "[burnline:D12]", "session: 01997e76-d124-7592-9cac-2ec05abbca08", "AKIA", "Basic English",
]  # fmt: skip


@pytest.mark.parametrize("name", SHAPED)
def test_a_secret_is_known_by_its_shape_wherever_it_stands(name: str) -> None:
    secret = SHAPED[name]
    assert MARK.fullmatch(REDACTOR.text(secret))
    if name != "PEM, cut":
        assert re.fullmatch(
            rf"tried {MARK.pattern}, failed", REDACTOR.text(f"tried {secret}, failed")
        )


@pytest.mark.parametrize("text", KEYED)
def test_a_secret_is_known_by_its_key(text: str) -> None:
    found = REDACTOR.text(text)
    assert len(MARK.findall(found)) == 1
    for part in ("hunt", "two words", "s3cr", "abc", "YTpi", "pw@", "p%40ss", OPAQUE, 'a b"'):
        assert part not in found


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert REDACTOR.text(text) == text
    assert REDACTOR.line(json.dumps({"text": text}).encode()) == json.dumps({"text": text}).encode()


def test_equal_secrets_have_equal_marks_and_other_stores_others() -> None:
    first, second, other = map(REDACTOR.text, ("token=abc", "say password: abc", "token=abd"))
    assert MARK.findall(first) == MARK.findall(second) != MARK.findall(other)
    elsewhere = Redactor(bytes(32), Redact()).text("token=abc")
    assert MARK.findall(elsewhere) != MARK.findall(first)


@pytest.mark.parametrize(
    "document",
    [
        {"a": {"Api-Key": "abc", "n": 3}, "list": [{"client_secret": "abc"}]},
        {"credentials": {"user": "abc", "deep": ["abc", {"x": "abc"}], "on": True}},
        {"password": 1234567, "pin": 1},
        {"key": "http.request.header.authorization", "value": {"stringValue": "Bearer abc1"}},
        {"value": "abc", "name": "db_password"},
        {"headers": [["cookie", "sid=abc1"], ["accept", "text/plain"]]},
        {"arguments": json.dumps({"password": "abc", "city": "Köln"})},
        {"said": "ü " + "password=abc" + ' \u2028 "quoted"'},
    ],
)
def test_json_stays_json_and_only_secrets_change(document: dict[str, object]) -> None:
    raw = json.dumps(document, ensure_ascii=False, indent=1).encode()
    found = REDACTOR.line(raw)
    assert isinstance(json.loads(found), dict)
    assert b"abc" not in found
    assert b"1234567" not in found
    assert MARK.search(found.decode())
    assert MARK.sub("", found.decode()).count(":") >= raw.count(b":") - 2
    assert REDACTOR.line(found) == found


def test_what_follows_a_json_value_is_looked_at_too() -> None:
    line = b'{"a": 1}{"token": "abc"} and password=abc'
    assert b"abc" not in REDACTOR.line(line)
    assert REDACTOR.line(line).startswith(b'{"a": 1}{"token": "[redacted:')


def test_names_of_fields_in_a_list_are_no_values() -> None:
    line = b'{"required": ["password", "email"], "token": null, "secret": ""}'
    assert REDACTOR.line(line) == line


def test_a_users_keys_and_patterns_are_secrets_too() -> None:
    redactor = Redactor(KEY, Redact(keys=("card-number",), patterns=(r"ACME-\d{4}",)))
    assert redactor.text("ACME-1234 in acme-1234").endswith(" in acme-1234")
    assert redactor.text("cardNumber=4111").startswith("cardNumber=[redacted:")
    assert b"4111" not in redactor.line(b'{"card_number": "4111 1111"}')
    assert REDACTOR.text("cardNumber=4111") == "cardNumber=4111"


@pytest.mark.parametrize(
    ("pattern", "secret"),
    [
        (r"^ACME-[0-9]+", "ACME-123"),
        (r"\bACME[0-9]+", "ACME123"),
        (r"ACME[0-9]+$", "ACME123"),
        (r"\AACME[0-9]+\z", "ACME123"),
        (r"(?:^|x)ACME[0-9]+", "ACME123"),
        (r"\b\QA^B$\E", "A^B$"),
        (r"^[]^$\]]{2}[[:digit:]]{2}", "]^12"),
        (r"^\^ACME", "^ACME"),
    ],
)
def test_a_pattern_that_is_tied_to_an_edge_is_looked_for_among_other_texts(
    pattern: str, secret: str
) -> None:
    redactor = Redactor(KEY, Redact(patterns=(pattern,)))
    assert MARK.search(redactor.text(secret))
    for before in (b"", b"D", b"\n"):
        assert redactor.suspects(before + secret.encode() + b"x")
    assert not redactor.suspects(b"nothing of it")


def test_letters_of_a_hash_that_begin_no_key_of_an_issuer_are_not_suspected() -> None:
    assert not REDACTOR.suspects(b"b1acca07-4b0c-4f5e-8abi-a0c2e0d7abia")
    assert REDACTOR.suspects(b"ACCA")
    assert MARK.search(REDACTOR.text("with ACCA234567ABCDEFGHIJ in it"))


def test_a_pattern_that_matches_marks_does_not_mark_them_again() -> None:
    redactor = Redactor(KEY, Redact(patterns=("[0-9a-f]{4,}", "redacted")))
    once = redactor.text("code 12345678")
    assert re.fullmatch(rf"code {MARK.pattern}", once)
    assert redactor.text(once) == once


def test_a_secret_that_a_limit_cut_off_is_still_one() -> None:
    assert MARK.fullmatch(REDACTOR.text("ghp_Zq7Lp2Xv…"))
    assert MARK.search(REDACTOR.line(b'{"say": "AKIAQW2EQW').decode())


def test_marks_never_make_a_text_longer_than_its_limit_and_are_never_cut() -> None:
    text = REDACTOR.text("a=1 password=x " * 200, 100)
    assert len(text) <= 100
    assert text.endswith("…")
    assert text.count("[redacted:") == len(MARK.findall(text))
    assert REDACTOR.text(text, 100) == text


def test_free_text_of_events_and_refused_pieces_is_redacted_and_names_keep_their_meaning() -> None:
    event = Event(
        ts_us=1, route="secret:read", event="action.denied", run="r1", action="token",
        reason="password=hunter2", rule="deny " + SHAPED["AWS access key"],
        agent="w " + SHAPED["GitHub app"],
    )  # fmt: skip
    piece = Rejected(0, 9, 1, "not JSON: token=abc", b'{"password": "hunter2')
    found = REDACTOR.batch(Batch([Sourced(event, 0, 9, 1)], [piece]))
    (sourced,), (refused,), _ = found
    assert (sourced.event.route, sourced.event.action) == ("secret:read", "token")
    assert MARK.fullmatch(sourced.event.agent.removeprefix("w "))
    assert MARK.search(sourced.event.reason)
    assert MARK.search(sourced.event.rule)
    assert MARK.search(refused.reason)
    assert b"hunter2" not in refused.excerpt


def test_a_readers_state_is_redacted_and_can_be_read_again() -> None:
    held = b'{\n  "password": "a much longer secret than its mark",\n  "n": 1\n'
    state = {
        "failure": "token=abc",
        "held": held,
        "ids": {"x": [1, None, 2.5]},
        "seen": b"\xff\x00",
    }
    found = msgspec.msgpack.decode(REDACTOR.state(msgspec.msgpack.encode(state)))
    assert MARK.search(found["failure"])
    assert b"longer secret" not in found["held"]
    assert [len(line) for line in found["held"].split(b"\n")] == [
        len(line) for line in held.split(b"\n")
    ]
    assert (found["ids"], found["seen"]) == (state["ids"], state["seen"])


WORDS = st.sampled_from(
    [*KEYED, *PLAIN, *SHAPED.values(), "{", '"', "[redacted:0011aabb]", "…", "="]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=6).map(" ".join)


@given(TEXTS, st.sampled_from([40, 200, 2_000]))
@example("password=[redacted:0011aabb", 40)
def test_redacting_twice_is_redacting_once_within_the_limit(text: str, limit: int) -> None:
    once = REDACTOR.text(text[:limit], limit)
    assert len(once) <= limit
    assert REDACTOR.text(once, limit) == once


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "password", "key", "value", "token", "x y"]), inner),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "api_key", "name", "value"]), VALUES), st.booleans())
def test_any_json_stays_json_and_no_planted_secret_is_left(
    document: dict[str, object], ascii_only: bool
) -> None:
    document = {**document, "planted": f"x {SHAPED['Anthropic']}", "password": "planted-secret"}
    raw = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    found = REDACTOR.line(raw)
    assert list(json.loads(found)) == list(document)
    assert SHAPED["Anthropic"].encode() not in found
    assert b"planted-secret" not in found
    assert REDACTOR.line(found) == found


@given(TEXTS, st.integers(0, 200))
def test_a_cut_line_gives_no_secret_away(text: str, cut: int) -> None:
    raw = json.dumps({"password": "planted-secret", "text": text}).encode()[: 30 + cut]
    found = REDACTOR.line(raw)
    assert b"planted" not in found
    assert REDACTOR.line(found) == found


@given(st.lists(st.one_of(TEXTS, VALUES.map(json.dumps)), max_size=12))
def test_what_a_redactor_saw_before_makes_no_difference(texts: list[str]) -> None:
    used, forgetful = Redactor(KEY, Redact()), Redactor(KEY, Redact())
    for text in (*texts, *reversed(texts)):
        for line in (text, json.dumps({text: [text, {"key": text, "value": "hunter2hunter2"}]})):
            forgetful._cleared.clear()
            raw = line.encode("utf-8", "surrogatepass")
            assert used.line(raw) == forgetful.line(raw)
