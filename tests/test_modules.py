"""Joining modules: scopes of their own, in the order of their imports, and what others take."""

from __future__ import annotations

from io import StringIO

import pytest

from webapp.assets import shorten_names
from webapp.modules import beside
from webapp.modules import closure
from webapp.modules import join

DECK = "export let deck;\nexport async function load() { deck = 1; }\n"
WALK = 'import * as all from "./deck.js";\nexport class Trail {}\nconst name = all.deck;\n'
CARD = 'import { load } from "./deck.js";\nimport { Trail } from "./walk.js";\nload(Trail);\n'
SOURCES = {"card": CARD, "walk": WALK, "deck": DECK}


def test_each_module_comes_after_what_it_imports() -> None:
    assert closure(["card"], SOURCES) == ["deck", "walk", "card"]


def test_each_module_is_a_scope_with_an_object_of_its_exports() -> None:
    text = join({name: SOURCES[name] for name in ("deck", "walk", "card")})
    assert "import" not in text
    assert text.count("export") == 1
    assert text.endswith("export {$deck,$walk,$card};")
    assert "return {get deck(){return deck},load};" in text
    assert "const all = $deck;" in text
    assert "const { load } = $deck;\nconst { Trail } = $walk;" in text


def test_what_changes_is_not_taken_by_name() -> None:
    sources = {"deck": DECK, "card": 'import { deck } from "./deck.js";\n'}
    with pytest.raises(ValueError, match=r"card\.js imports \{'deck'\}, no constants of deck\.js"):
        join(sources)
    with pytest.raises(ValueError, match=r"card\.js imports \{'deck'\}"):
        beside("card", sources, ["deck"])


@pytest.mark.parametrize(
    "line",
    [
        "import { lod } from './deck.js';",
        'import "./deck.js";',
        "export { deck };",
        "export default 1;",
    ],
)
def test_what_it_cannot_rewrite_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"card\.js"):
        join({"deck": DECK, "card": f"{line}\n"})


def test_what_is_not_there_is_not_taken() -> None:
    with pytest.raises(ValueError, match="'lod'"):
        join({"deck": DECK, "card": 'import { lod } from "./deck.js";\n'})


def test_others_take_their_imports_from_the_joint_module() -> None:
    text = 'import { load } from "./deck.js";\nimport { own } from "./own.js";\n'
    said = 'import {$deck} from "./front.js"; const { load } = $deck;\n'
    sources = {"deck": DECK, "card": text}
    assert beside("card", sources, ["deck"]) == said + 'import { own } from "./own.js";\n'


def test_a_module_that_is_asked_for_later_is_found_in_the_joint_one() -> None:
    text = 'const a = await import("./a-b.js"), c = await import("./c.js");'
    later = 'import("./front.js").then((all) => all.$a_b)'
    assert (
        beside("card", {"card": text}, ["a-b"])
        == f'const a = await {later}, c = await import("./c.js");'
    )


# tdewolff-minify 2.24.12 moves the second before the first (its issue 958).
@pytest.mark.parametrize(
    "second", ["const { b } = g();", "const [b] = g();", "const { b = a } = g();"]
)
def test_shrinking_keeps_declarations_in_their_order(second: str) -> None:
    shrunk = StringIO()
    shorten_names(StringIO(f"function h() {{ const a = f(); {second} return a + b; }}"), shrunk)
    assert shrunk.getvalue().index("f()") < shrunk.getvalue().index("g()")
