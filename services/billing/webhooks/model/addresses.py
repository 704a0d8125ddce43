"""Which addresses people may have us call: public ones, and networks that whoever runs the service has allowed."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from shared.errors import Invalid
from shared.reasons import because

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
OF_PROTOCOLS = IPv4Network("192.0.0.0/24")


class BadWebhookUrl(Invalid):
    """A webhook goes to an https address with a public host, without user name, password or fragment.

    Give one such as https://erp.example.com/throughline.
    """


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet's; an IPv4 address inside an IPv6 one never is."""
    if isinstance(address, IPv6Address):
        embedded = address.sixtofour or address.teredo or address.ipv4_mapped
        if embedded or address.is_site_local:
            return False
    elif address in OF_PROTOCOLS:
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special and not address.is_link_local


def may_be_called(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is public or in a network that was allowed."""
    return is_public(address) or any(address in network for network in allowed if network.version == address.version)


def networks_of(setting: str | None) -> list[Network]:
    """The networks that a setting names, by commas, such as 10.20.0.0/16."""
    return [ip_network(one.strip()) for one in (setting or "").split(",") if one.strip()]


def check_url(url: str, allowed: Sequence[Network]) -> None:
    """Refuse an address that we would never call. A name is looked up, and checked again, whenever it is called."""
    try:
        parts = urlsplit(url)
        named = parts.hostname or ""
        has_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise BadWebhookUrl(field="/url") from error
    if parts.scheme != "https" or not named or "@" in parts.netloc or parts.fragment or not has_port:
        raise BadWebhookUrl(field="/url")
    try:
        address = ip_address(named.partition("%")[0])
    except ValueError:
        return
    if not may_be_called(address, allowed):
        raise BadWebhookUrl(because("%(named)s is no public address.", named=named), field="/url")
