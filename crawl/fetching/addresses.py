"""Which internet addresses the crawler may open a connection to.

A newspaper's page can name any host, and a host any address, also one inside the network this runs in.
So every address is judged before a socket exists: public unicast addresses are ordinary, all others are
special (IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 6890) and need the owner's word.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from crawl.messages import TimbaoError
from crawl.messages import gettext as _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Special networks that `ipaddress` of Python 3.11 calls global: they lead, tunnelled, to IPv4 addresses
# (6to4 RFC 3056 and its relays RFC 7526), or nowhere (documentation, RFC 9637).
_ALSO_SPECIAL = tuple(map(ipaddress.ip_network, ("192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")))


class BadNetwork(TimbaoError, ValueError):
    """A piece of TIMBAO_ALLOW_ADDRESSES is not an address range."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            _(
                "{text} in TIMBAO_ALLOW_ADDRESSES is not an address range. "
                "Write ranges such as 127.0.0.1/32, separated by commas."
            ).format(text=repr(text))
        )


class SpecialAddress(TimbaoError, ValueError):
    """A host has an address that may not be visited."""

    def __init__(self, host: str, address: str) -> None:
        self.host, self.address = host, address
        super().__init__(f"{host} has the special address {address}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked address, ready to be connected to without asking a name server again."""

    family: socket.AddressFamily
    address: str
    port: int


def allowed_networks(text: str) -> tuple[Network, ...]:
    """The address ranges of TIMBAO_ALLOW_ADDRESSES: CIDRs separated by commas; a bare address is itself.

    Raises BadNetwork.
    """
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise BadNetwork(text) from None


def is_ordinary(address: Address) -> bool:
    """Whether the address is a public unicast one."""
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False  # Also IPv4-mapped addresses, NAT64 and unique local ones.
    if any(address in network for network in _ALSO_SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def endpoints(host: str, port: int, allow: tuple[Network, ...]) -> tuple[Endpoint, ...]:
    """The addresses of `host`, all of them ordinary or within `allow`.

    One special address among several condemns all: an honest name has no mixture.
    Raises SpecialAddress, and OSError where the name has no address.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(str(error)) from None
    checked = []
    for family, _type, _protocol, _name, where in found:
        address = ipaddress.ip_address(where[0])
        if not is_ordinary(address) and not any(address in network for network in allow):
            raise SpecialAddress(host, str(address))
        checked.append(Endpoint(family, str(address), port))
    return tuple(checked)
