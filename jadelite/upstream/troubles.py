"""What went wrong on the way, in one plain sentence: the many errors of requests become Failed."""

import errno
import socket
import ssl

import requests
from urllib3.exceptions import HTTPError, NameResolutionError

from jadelite.upstream.answers import Failed
from jadelite.upstream.deadline import Deadline
from jadelite.upstream.services import Upstream

_WORDS = {
    errno.ECONNREFUSED: "refused the connection",
    errno.ECONNRESET: "broke the connection off",
    errno.EPIPE: "broke the connection off",
    errno.EHOSTUNREACH: "can't be reached from here",
    errno.ENETUNREACH: "can't be reached from here",
}
_DEPTH = 12


def trouble(error: requests.RequestException, upstream: Upstream, deadline: Deadline) -> Failed:
    """The typed failure that an error of requests means."""
    name, manners = upstream.name, upstream.manners
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return Failed("bad-answer", f"{name} sent an answer that can't be decompressed")
    if isinstance(error, requests.exceptions.InvalidHeader):
        return Failed("bad-answer", f"{name} sent headers that contradict each other")
    if isinstance(error, requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
        return Failed("client-bug", f"{name} can't be asked like this: {error}")
    if deadline.is_over:
        return Failed("transient", f"{name} took longer than {manners.total_timeout:g} s")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failed(
            "transient", f"{name} took no connection within {manners.connect_timeout:g} s"
        )
    causes = _causes(error)
    if any(isinstance(each, TimeoutError) for each in causes) or isinstance(
        error, requests.exceptions.ReadTimeout
    ):
        return Failed("transient", f"{name} said nothing for {manners.read_timeout:g} s")
    if any(isinstance(each, NameResolutionError | socket.gaierror) for each in causes):
        return Failed("transient", f"the name of {name} ({upstream.base_url}) can't be resolved")
    for each in causes:
        if isinstance(each, ssl.SSLCertVerificationError):
            return Failed("transient", f"{name} showed a certificate that is not trusted")
        if isinstance(each, ssl.SSLError):
            return Failed("transient", f"no safe connection to {name}")
        if isinstance(each, OSError) and each.errno in _WORDS:
            return Failed("transient", f"{name} {_WORDS[each.errno]}")
    return Failed("transient", f"{name} broke the answer off")


def _causes(error: BaseException) -> list[BaseException]:
    """The errors behind an error, however requests and urllib3 wrapped them."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo and len(found) < _DEPTH:
        each = todo.pop(0)
        if not isinstance(each, BaseException) or each in found:
            continue
        found.append(each)
        reason = each.reason if isinstance(each, HTTPError) and hasattr(each, "reason") else None
        todo += [each.__cause__, each.__context__, reason, *each.args]
    return found
