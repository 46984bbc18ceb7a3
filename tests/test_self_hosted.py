"""A push service of the operator's own, as UnifiedPush and ntfy bring it, from end to end."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pycurl
import pytest
import requests

from tests.certificates import make_certificates
from tests.editions import only
from tests.processes import serving
from tests.push_service import PushService
from tests.user_agent import UserAgent
from webapp.config import load_settings
from webapp.deck_file import load_deck
from webapp.push import exchange
from webapp.push.dispatch import Dispatcher
from webapp.push.keyring import Signer
from webapp.push.keyring import load_keyring
from webapp.push.sealer import Sealer
from webapp.push.transport import Transport
from webapp.store import open_store
from webapp.subscription import HostPolicy

HOST = "push.pocket.org"
HOUR = 3_600


def lead_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections to HOST arrive at a port of this machine, as if that were public."""
    options = exchange._options

    def with_detour(*arguments: object) -> list[tuple[int, object]]:
        detour = [f"{HOST}:443:127.0.0.1:{port}"]
        return [*options(*arguments), (pycurl.CONNECT_TO, detour)]  # type: ignore[arg-type]

    monkeypatch.setattr(exchange, "_options", with_detour)
    monkeypatch.setattr(exchange, "is_public", lambda address: address == "127.0.0.1")


def register(base_url: str, agent: UserAgent) -> int:
    """Ask for a reminder half a day away, so that it does not fall due meanwhile."""
    far = time.strftime("%H:%M", time.gmtime(time.time() + 12 * HOUR))
    body = {"subscription": agent.as_json(), "reminder": {"times": [far], "zone": "UTC"}}
    return requests.put(f"{base_url}/api/subscriptions", json=body, timeout=60).status_code


def test_a_push_host_that_the_operator_names_is_registered_and_sent_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates(tmp_path, HOST)
    given = {"POCKET_PUSH_HOSTS": HOST, "POCKET_CONTACT": "mailto:me@pocket.org"}
    with PushService(certificates=certificates) as service, serving(tmp_path, **given) as server:
        lead_to(int(service.origin.rpartition(":")[2]), monkeypatch)
        agent, service.origin = service.subscribe(), f"https://{HOST}"
        agent.endpoint = f"https://{HOST}/{agent.endpoint.split('/', 3)[3]}"
        assert register(server.base_url, UserAgent("https://push.elsewhere.org/up?id=1")) == 422
        assert register(server.base_url, agent) == 201
        proof = {"endpoint": agent.endpoint, "auth": agent.as_json()["keys"]["auth"]}
        test = f"{server.base_url}/api/subscriptions/test"
        assert requests.post(test, json=proof, timeout=60).status_code == 202

        settings = load_settings({"POCKET_INSTANCE": str(tmp_path / "instance"), **given})
        signer = Signer(load_keyring(settings), settings.contact)
        sealer = Sealer(settings, only(load_deck(settings.content / "en")), signer)
        transport = Transport(HostPolicy(settings.push_hosts), ca_file=certificates.authority)
        with closing(open_store(settings.database_url)) as store, closing(transport):
            dispatcher = Dispatcher(settings, store, sealer, transport)
            counts = dispatcher.send_due(int(time.time()) + 1)
            assert counts.accepted == 1
            assert store.counts() == {(HOST, "accepted"): 1}
    assert service.problems == []
    (message,) = agent.messages
    assert message.payload["web_push"] == 8030
