"""What a secret looks like: by the key that it stands under, by its shape, and by both.

Keys are judged by their words (`apiKey`, `api-key` and `API_KEY` are one), so that `access_token`
is a secret and `max_tokens`, `token_count` or `eos_token` are not. Shapes are those that issuers
document: a fixed prefix, then a fixed alphabet. A long opaque value alone is no secret: run ids,
hashes and signatures are what evidence is for. It is one only under a key that hints at it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode", "pwd"})
_STRONG = _PASSWORDS | {"secret", "secrets", "credential", "credentials", "creds", "authorization"}
_LAST = frozenset({"token", "cookie", "cookies"})
_HINTS = frozenset({"auth", "key", "sas", "session", "sid", "bearer", "pass", "pin", "otp"})
_KEYS_OF = _set(
    """
    access account api app auth encryption license master private secret service session
    shared signing ssh storage subscription
    """
)
_GLUED = tuple(
    _set(
        """
        apikey secretkey accesskey privatekey authtoken accesstoken refreshtoken sessiontoken
        password passwd passphrase secret setcookie
        """
    )
)
"""A word that ends in one of these does so however its writer ran words together."""
_PLAIN_TOKENS = _set(
    """
    bos cls continuation count cursor eos first last mask max min next num page pad per sep
    special stop sync total unk
    """
)
_ABOUT = _set(
    """
    age arn at count detected enabled expired expires expiry exists field fields found hint id
    length limit manager name names path policy ref required reset rotation scan status type
    updated uri url usage valid version
    """
)
"""What is said *about* a secret ends in one of these: `password_policy`, `secret_arn`."""
NEVER = _set(
    """
    null none nil true false undefined yes no unknown empty missing required optional invalid
    expired incorrect wrong denied failed revoked rejected not is was the a an and or of for
    to in as has must str string bytes int any self await async new bearer basic digest
    negotiate token apikey …
    """
)
"""Words that follow a key in prose and code, and schemes before a secret."""

_BEGIN = "-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
_TAIL = r"[A-Za-z0-9_\-]"
_PREFIX = "gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-ant-|sk-proj-|[sr]k_live_|AIza|eyJ"
SHAPES: tuple[str, ...] = (
    rf"{_BEGIN}(?s:.*?)(?:{_BEGIN.replace('BEGIN', 'END')}|\z)",
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    rf"\bgithub_pat_{_TAIL}{{22,255}}",
    r"\bgh[pousr]_[A-Za-z0-9]{20,255}",
    rf"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-{_TAIL}{{16,}}",
    r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}",
    rf"\bxapp-{_TAIL}{{10,}}",
    rf"\bsk-(?:ant|proj|svcacct|admin|or|None)-{_TAIL}{{16,}}",
    r"\bsk-[A-Za-z0-9]{20,}",
    r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"\bwhsec_[A-Za-z0-9+/=]{16,}",
    rf"\bAIza{_TAIL}{{35}}",
    rf"\bya29\.{_TAIL}{{20,}}",
    rf"\bGOCSPX-{_TAIL}{{20,}}",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    rf"\beyJ{_TAIL}{{8,}}\.eyJ{_TAIL}{{4,}}(?:\.{_TAIL}*)?",
    rf"\b(?:{_PREFIX}){_TAIL}{{6,}}(?:\x{{2026}}|\z)",
    r"\b(?:AKIA|ASIA)[A-Z2-7]{4,}(?:\x{2026}|\z)",
)
"""The whole match is the secret. The last two are secrets of which a limit cut off the end."""

_OPTION = r"\B--?(?i:password|passwd|secret|token|api-?key|access-token|client-secret)"
_SCHEME = r"(?:Bearer|Basic|Digest|Negotiate|ApiKey|Token)"
GROUPED: tuple[str, ...] = (
    rf"(?i:(?:authorization|auth)[\"']?\s*[:=]\s*\\?[\"']?{_SCHEME}\s+)([A-Za-z0-9+/=_.~\-]+)",
    r"\b(?i:bearer)\s+([A-Za-z0-9+/=_.~\-]{16,})",
    r"\b[A-Za-z][A-Za-z0-9+.\-]*:(?:\\?/){2}[^\s/:@\"'<>]*:([^\s/@\"'<>]+)@",
    r"\b(?i:(?:set-)?cookie)[\"']?\s*:\s*\\?[\"']?([^\"'\\\r\n\x{240A}]+)",
    rf"{_OPTION}\s+([^\s\-\"'][^\s\"']*)",
)
"""The first group is the secret; what stands round it says what it was."""

SUSPECT = (
    r"(?i:pass|pwd|secret|token|key|auth|cookie|cred|bearer|basic|jwt|sas|session|sid|pin|otp"
    r"|(?-i:AKIA|ASIA|ABIA|ACCA)|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-|xox|xapp-|sk-|[sr]k_"
    r"|whsec_|aiza|ya29|gocspx|hf_|npm_|eyj|-----begin|:(?:\\?/){2}[^\s/@]*@)"
)
"""What has none of this in it holds no secret: the cheap test that comes first."""


_PIECE = re.compile(
    r"\\Q.*?(?:\\E|$)"  # taken literally
    r"|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"  # one of some characters
    r"|(?P<edge>\\[bBAz]|[\^$])"
    r"|\\?.",
    re.DOTALL,
)


def unbound(pattern: str) -> str:
    """Return an RE2 pattern that also matches where no edge of a text, a line or a word is.

    Whatever the pattern finds in a text by itself, this finds in it among others.
    """
    return _PIECE.sub(lambda piece: "(?:)" if piece["edge"] else piece[0], pattern)


_PLACEHOLDER = re.compile(r"\{\{.*\}\}|\$\{.*\}|\$[A-Z_][A-Z0-9_]*|<[^<>]*>|%[A-Z_]+%|\*+")
_ROOTS = (
    "self|this|os|process|env|config|settings|request|req|ctx|args|options|secrets|inputs|steps"
)
_CODE = re.compile(
    rf"\$[{{(]|\{{\{{|\$[A-Z_][A-Z0-9_]*$|(?:{_ROOTS})\.[\w.]+|[A-Za-z_][A-Za-z_.]*[(\[][A-Za-z_.]*$"
)


@lru_cache(maxsize=4_096)
def words_of(key: str) -> tuple[str, ...]:
    """Return the words of a key in lower case: `x-apiKey` is x, api, key."""
    return tuple(word.lower() for word in _WORDS.findall(key))


@lru_cache(maxsize=4_096)
def names_secret(key: str) -> bool:
    """Say whether what stands under a key is a secret, whatever it looks like."""
    words = words_of(key)
    if not words or words[-1] in _ABOUT or "public" in words:
        return False
    if words[-1] in _LAST:
        return words[-1] != "token" or _PLAIN_TOKENS.isdisjoint(words)
    if words[-1] == "key" and len(words) > 1 and words[-2] in _KEYS_OF:
        return True
    return not _STRONG.isdisjoint(words) or words[-1].endswith(_GLUED)


@lru_cache(maxsize=4_096)
def hints_at_secret(key: str) -> bool:
    """Say whether what stands under a key is a secret if it is opaque."""
    words = words_of(key)
    return bool(words) and words[-1] in _HINTS and "public" not in words


def opaque(value: str) -> bool:
    """Say whether a value is long and random as keys are: not a word, hash, number or uuid."""
    if not 20 <= len(value) <= 4_096 or not re.fullmatch(r"[A-Za-z0-9+/=_.~\-]+", value):
        return False
    bare = value.replace("-", "")
    kinds = (str.isupper, str.islower, str.isdigit)
    if re.fullmatch(r"[0-9a-fA-F]+", bare) or not all(any(map(kind, value)) for kind in kinds):
        return False
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts) >= 3.5


def placeholder(value: str) -> bool:
    """Say whether a value stands for one that is filled in later: `{{ x }}`, `${X}`, `<x>`."""
    return _PLACEHOLDER.fullmatch(value.strip()) is not None


def worded(value: str) -> bool:
    """Say whether what follows a key in text is plainly no secret: prose, or code."""
    if value.lower().strip(".,:;!?()[]{}`*") in NEVER | {""}:
        return True
    if not any(char.isalnum() for char in value):
        return True
    return _CODE.match(value) is not None


def passed_on(key: str, value: str) -> bool:
    """Say whether code passes a secret on under the name that it had: `token: data.token`."""
    *above, last = value.split(".")
    return bool(above) and words_of(last) == words_of(key)[-1:] and value.isascii()
