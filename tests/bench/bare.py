"""A bare Flask route that returns bytes from files: what the card page is measured against.

`BARE_FOLDER` holds `plain`, `br` and `nothing`, the bodies of the three kinds of answer.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from flask import Response

HTML = "text/html; charset=utf-8"


def create_app() -> Flask:
    """Three routes, nothing else."""
    folder = Path(os.environ["BARE_FOLDER"])
    bodies = {name: (folder / name).read_bytes() for name in ("plain", "br", "nothing")}
    app = Flask(__name__, static_folder=None)

    @app.get("/plain")
    def plain() -> Response:
        return Response(bodies["plain"], content_type=HTML)

    @app.get("/br")
    def br() -> Response:
        return Response(bodies["br"], content_type=HTML, headers={"Content-Encoding": "br"})

    @app.get("/nothing")
    def nothing() -> Response:
        return Response(bodies["nothing"], 304)

    return app
