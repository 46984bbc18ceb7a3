"""Puts a language's words into scripts: what stands in `_("…")` and `ngettext("…", "…", n)`.

The texts are found as they are written, which is why a script spells each one out in double
quotes. A text without a translation stays English. Text in, text out.
"""

from __future__ import annotations

import json
import re

from babel.messages.catalog import Catalog

_TEXT = r'"(?:[^"\\]|\\.)*"'
_SINGLE = re.compile(rf"\b_\(\s*({_TEXT})")
_PLURAL = re.compile(rf"\bngettext\(\s*({_TEXT}),\s*({_TEXT}),")
_RULE = "return Number(n !== 1);"


def translate_script(source: str, catalogue: Catalog) -> str:
    """The script with every text that the catalogue has in its language."""
    if not len(catalogue):
        return source
    source = _PLURAL.sub(lambda match: _plural(match, catalogue), source)
    source = _SINGLE.sub(lambda match: _single(match, catalogue), source)
    return source.replace(_RULE, f"return Number({catalogue.plural_expr});")


def _single(match: re.Match[str], catalogue: Catalog) -> str:
    return f"_({_in(json.loads(match[1]), catalogue)[0]}"


def _plural(match: re.Match[str], catalogue: Catalog) -> str:
    one, many = json.loads(match[1]), json.loads(match[2])
    forms = _in((one, many), catalogue)
    if len(forms) != catalogue.num_plurals:  # English, for as many counts as the rule knows
        forms = [_literal(many)] * catalogue.num_plurals
    return f"ngettext({', '.join(forms)},"


def _in(id: str | tuple[str, str], catalogue: Catalog) -> list[str]:
    """The words for a text, as literals; the text itself when there are none."""
    message = catalogue.get(id)
    words = (message.string if message else None) or ""
    forms = [words] if isinstance(words, str) else list(words)
    if not all(forms):
        forms = [id] if isinstance(id, str) else list(id)
    return [_literal(form) for form in forms]


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
