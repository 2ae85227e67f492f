"""All servers outside that this installation may ask."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from jadelite.domain.edits import Site
from jadelite.domain.errors import Invalid, NotFound
from jadelite.upstream.client import Client, utc_now
from jadelite.upstream.gate import Gate, UpstreamState
from jadelite.upstream.services import (
    SERVICES,
    WIKI_MANNERS,
    WIKIMEDIA_WIKIS,
    Hosts,
    Upstream,
    is_address,
)


class Upstreams:
    """The clients of all upstreams, made when first asked for. Safe to share between threads."""

    def __init__(
        self,
        *,
        contact: str,
        run_folder: Path,
        hosts: Hosts | None = None,
        is_contact_required: bool = True,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises Invalid where a contact is required and there is none, or it fits no header."""
        if is_contact_required and not contact.strip():
            raise Invalid(
                "no-contact",
                "JADELITE_CONTACT is empty; services outside want to know whom to write to:"
                " expected an e-mail address or page",
            )
        if not re.fullmatch(r"[ -~]{0,200}", contact):
            raise Invalid(
                "bad-contact",
                f"JADELITE_CONTACT is {contact!r}; expected at most 200 plain (ASCII) characters",
            )
        self.hosts = hosts or Hosts()
        self._contact = contact.strip()
        self._run_folder = run_folder
        self._clock = clock
        self._sleep = sleep
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()

    def service(self, name: str) -> Client:
        """The client of a service by its name. Raises NotFound for an unknown one."""
        shipped = SERVICES.get(name)
        if shipped is None:
            raise NotFound(
                "no-such-service", f"no service {name!r}; expected one of {', '.join(SERVICES)}"
            )
        address = self.hosts.services.get(name, shipped.base_url)
        return self._client(name, replace(shipped, base_url=address))

    def site_client(self, site: Site) -> Client:
        """The client of a wiki's action API.

        All wikis of the shipped table share one upstream and its limits; a wiki of the operator's
        file has its own. Raises Invalid for a site that is neither: plain http, another host.
        """
        own = self.hosts.wikis.get(site.dbname)
        if own is not None and own.api_url == site.api_url:  # its direction may be known by now
            name = f"wiki:{site.dbname}"
            return self._client(name, Upstream(name, site.api_url, WIKI_MANNERS))
        is_sound = is_address(site.api_url, is_http_allowed=False)
        if not is_sound or not site.api_url.startswith(f"https://{site.host}/"):
            raise Invalid(
                "bad-site", f"{site.dbname} has the address {site.api_url!r}; expected its own host"
            )
        upstream = Upstream(WIKIMEDIA_WIKIS, site.api_url, WIKI_MANNERS)
        return self._client(f"{WIKIMEDIA_WIKIS}:{site.dbname}", upstream)

    def states(self) -> list[UpstreamState]:
        """How each upstream does: services, then all Wikimedia wikis, then the operator's."""
        names = [*SERVICES, WIKIMEDIA_WIKIS, *(f"wiki:{name}" for name in sorted(self.hosts.wikis))]
        found = []
        for name in names:
            shipped = SERVICES.get(name, Upstream(name, "", WIKI_MANNERS))
            manners = self.hosts.manners.get(name, shipped.manners)
            upstream = replace(shipped, manners=manners)
            gate = Gate(upstream, self._run_folder, clock=self._clock, sleep=self._sleep)
            found.append(gate.state())
        return found

    def close(self) -> None:
        """Give all connections back."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _client(self, key: str, upstream: Upstream) -> Client:
        with self._lock:
            if key not in self._clients:
                manners = self.hosts.manners.get(upstream.name, upstream.manners)
                self._clients[key] = Client(
                    replace(upstream, manners=manners),
                    run_folder=self._run_folder,
                    contact=self._contact,
                    clock=self._clock,
                    sleep=self._sleep,
                )
            return self._clients[key]
