"""The control API of one org."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime
from typing import Any, Mapping, Sequence, TypedDict, cast


class ControlError(Exception):
    """An answer of the control API that is not 2xx."""

    def __init__(self, status: int, body: Any, operation: str) -> None:
        error = body.get("error") if isinstance(body, dict) else body
        expected = body.get("expected") if isinstance(body, dict) else None
        hint = f"; expected: {json.dumps(expected)}" if expected is not None else ""
        super().__init__(f"{operation}: {status} {error}{hint}")
        self.status = status
        self.body = body


class Org:
    """An org of a running mock."""

    def __init__(self, url: str, issuer: str, control_token: str | None = None) -> None:
        self.url = url
        """The base URL: ``http://localhost:7801``, or that of a sandbox."""
        self.issuer = issuer
        """Its authorization server ``default``."""
        self._control_token = control_token
        self.clock = Clock(self)
        self.faults = Faults(self)
        self.journal = Journal(self)
        self.next_tokens = NextTokens(self)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """An operation of the control API; ``path`` is below ``/_mock``. The page ``/_mock`` lists them."""
        data = json.dumps(body).encode() if body is not None else (None if method == "GET" else b"")
        headers = {} if method == "GET" else {"content-type": "application/json"}
        if self._control_token is not None:
            headers["authorization"] = f"Bearer {self._control_token}"
        request = urllib.request.Request(f"{self.url}/_mock{path}", data=data, headers=headers, method=method)
        # Not through a proxy: the mock is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                return _parsed(answer.read())
        except urllib.error.HTTPError as error:
            raise ControlError(error.code, _parsed(error.read()), f"{method} /_mock{path}") from None

    def info(self) -> Any:
        """Version, issuer and warnings."""
        return self.control("GET", "/info")

    def env(self) -> dict[str, str]:
        """The settings of an app that uses this org, as ``mock-idp env`` prints them: OKTA_ISSUER, OKTA_CLIENT_ID, …"""
        return cast("dict[str, str]", self.control("GET", "/env"))

    def login(self, client: str, user: str | None = None, **parameters: Any) -> Any:
        """The tokens of a complete sign-in. Policies apply: a refusal is a ``ControlError`` of status 403.

        :param client: client id or label.
        :param user: login or id; none for a client without a user.
        :param parameters: ``scopes``, ``server``, ``grant``, ``nonce``, ``acr_values``, ``consent``.
        """
        return self.control("POST", "/login", _given({"client": client, "user": user, **parameters}))

    def sign_token(self, kind: str, **parameters: Any) -> Any:
        """A signed token with given claims; no policy is asked.

        :param kind: ``access_token``, ``id_token``, ``id_jag``, ``interclient_token`` or ``logout_token``.
        :param parameters: ``client``, ``user``, ``scopes``, ``claims``, ``drop``, ``lifetime``, ``faults``.
        """
        return self.control("POST", "/tokens", _given({"kind": kind, **parameters}))

    def sign_in_next(self, *users: str, client: str | None = None) -> Any:
        """These users sign in next, without a page."""
        return self.control("POST", "/sign-ins", _given({"users": list(users), "client": client}))

    def change(
        self,
        users: Sequence[Mapping[str, Any]] = (),
        groups: Sequence[Mapping[str, Any]] = (),
        assignments: Sequence[Mapping[str, Any]] = (),
    ) -> Any:
        """Changes users, groups, memberships and assignments; all or none."""
        change = {"users": list(users), "groups": list(groups), "assignments": list(assignments)}
        return self.control("POST", "/directory", change)

    def reset(self) -> None:
        """Removes everything that sign-ins and tests have left behind."""
        self.control("POST", "/reset", {})

    def sandbox(
        self,
        from_: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        lifetime: int | None = None,
        seed: int | None = None,
    ) -> Sandbox:
        """Adds an org of its own for a test: users, keys, clock, faults and journal are not shared.

        :param from_: the name of an org, or an org document. Default: this org.
        :param lifetime: seconds until it is removed by itself.
        :param seed: ids, codes, keys and clock come from this number, as with ``--seed``. Default: the seed of the mock.
        """
        options = {"from": from_, "name": name, "lifetime": lifetime, "seed": seed}
        added = self.control("POST", "/orgs", _given(options))
        return Sandbox(added["url"], added["issuer"], added["name"], self, self._control_token)


class Sandbox(Org):
    """An org that was added at run time. As a context manager it is removed at the end."""

    def __init__(self, url: str, issuer: str, name: str, parent: Org, control_token: str | None = None) -> None:
        super().__init__(url, issuer, control_token)
        self.name = name
        self._parent = parent

    def remove(self) -> None:
        """Removes the org with everything that it holds."""
        self._parent.control("DELETE", f"/orgs/{urllib.parse.quote(self.name, safe='')}")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class _ShownTime(TypedDict):
    now: str
    offset: int
    frozen: bool


class ClockState(_ShownTime, total=False):
    """What a clock shows."""

    step: int
    """Seconds by which each request to Okta's paths moves it; missing if there is no step."""


class Clock:
    """The clock of an org. Each operation returns what it shows: ``offset`` is in seconds."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def get(self) -> ClockState:
        return cast(ClockState, self._org.control("GET", "/clock"))

    def advance(self, seconds: int) -> ClockState:
        return self._change({"advance": seconds})

    def set(self, time: str | datetime, freeze: bool = False) -> ClockState:
        """Sets the time, RFC 3339 or a datetime with a time zone."""
        if isinstance(time, datetime):
            if time.tzinfo is None:
                raise ValueError("the time has no time zone; use datetime.now(timezone.utc)")
            time = time.isoformat()
        return self._change({"set": time, "freeze": freeze})

    def freeze(self, frozen: bool = True) -> ClockState:
        """Stops the clock, or starts it again."""
        return self._change({"freeze": frozen})

    def step(self, seconds: int) -> ClockState:
        """Each request to Okta's paths moves the clock by so many seconds; 0 ends it."""
        return self._change({"step": seconds})

    def reset(self) -> ClockState:
        return self._change({"reset": True})

    def _change(self, change: dict[str, Any]) -> ClockState:
        return cast(ClockState, self._org.control("POST", "/clock", change))


class Faults:
    """What an org makes wrong."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def add(
        self,
        name: str,
        *,
        times: int | None = None,
        client_id: str | None = None,
        path: str | None = None,
        **more: Any,
    ) -> Any:
        """Switches a fault on.

        :param name: for example ``id_token.expired`` or ``http.status-503``.
        :param times: how many times it occurs; without it, until it is removed.
        :param more: ``user``, ``delay_ms``, ``error``, ``error_description``, ``probability``, ``seed``.
        """
        fault = {"name": name, "times": times, "client_id": client_id, "path": path, **more}
        return self._org.control("POST", "/faults", _given(fault))

    def list(self) -> Any:
        return self._org.control("GET", "/faults")

    def clear(self) -> None:
        self._org.control("DELETE", "/faults")


class NextTokens:
    """Other claims, or an error, in the next tokens."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def add(self, **change: Any) -> Any:
        """Sets what is different about the next tokens.

        :param change: ``client``, ``user``, ``times``, ``always``, ``tokens``, ``claims``, ``drop``, ``lifetime``, ``error``,
            ``error_description``.
        """
        return self._org.control("POST", "/next-tokens", change)

    def list(self) -> Any:
        return self._org.control("GET", "/next-tokens")

    def clear(self) -> None:
        self._org.control("DELETE", "/next-tokens")


class Journal:
    """The last requests of an org, with the reasons of their answers."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def list(self, **filter: str) -> Any:
        """The requests, newest first; keyword arguments are parameters of the query."""
        query = urllib.parse.urlencode(filter)
        return self._org.control("GET", f"/requests?{query}" if query else "/requests")

    def wait(self, **filter: str | int) -> Any:
        """Waits until requests match; ``count`` and ``timeout`` in seconds are parameters too."""
        return self._org.control("GET", f"/requests/wait?{urllib.parse.urlencode(filter)}")

    def get(self, request_id: str) -> Any:
        """One request, by the value of ``x-okta-request-id``."""
        return self._org.control("GET", f"/requests/{urllib.parse.quote(request_id, safe='')}")


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    """Without the members that are none."""
    return {key: value for key, value in members.items() if value is not None}


def _parsed(body: bytes) -> Any:
    text = body.decode()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
