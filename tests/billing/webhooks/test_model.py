"""Only public addresses are called, and what is sent is signed as the standard says."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Network, ip_address
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.webhooks.model.addresses import (
    BadWebhookUrl,
    check_url,
    is_public,
    may_be_called,
    networks_of,
)
from services.billing.webhooks.model.webhook import BadSecret, Kind, Letter, check_secret, headers_of, signatures
from shared.contracts.billing import LedgerBatchAcknowledged, LedgerBatchSealed

NEVER = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "172.31.255.255",  # noqa: S104
    "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fec0::1", "ff02::1",
]  # fmt: skip
PRIVATE = [
    IPv4Network(one) for one in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
]


@pytest.mark.parametrize("address", NEVER)
def test_an_address_of_this_machine_of_a_network_or_of_nobody_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "172.32.0.1", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.sampled_from(PRIVATE).flatmap(lambda one: st.integers(int(one[0]), int(one[-1]))))
def test_no_private_address_is_public_however_it_is_written(number: int) -> None:
    plain = ip_address(number)

    assert not is_public(plain)
    assert not is_public(ip_address(f"::ffff:{plain}"))
    assert may_be_called(plain, networks_of("10.0.0.0/8, 127.0.0.0/8")) == (plain in PRIVATE[0] or plain in PRIVATE[1])


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example/", "ftp://erp.example/", "https://", "https:///hook", "erp.example", "https://user@erp.example/",
        "https://user:word@erp.example/", "https://erp.example/#part", "https://erp.example:0/", "https://erp.example:99999/",
        "https://127.0.0.1/", "https://[::1]/", "https://[fe80::1%25eth0]/", "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/", "https://[bad/",
    ],
)  # fmt: skip
def test_an_address_that_we_would_never_call_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadWebhookUrl) as refused:
        check_url(url, [])

    assert refused.value.field == "/url"


def test_an_allowed_network_may_be_called_by_number() -> None:
    check_url("https://erp.example/hook?tenant=7", [])
    check_url("https://10.20.0.7:8443/hook", networks_of("10.20.0.0/16"))


def test_the_signature_is_that_of_the_standard() -> None:
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'

    assert signatures(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], signed) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_the_id_stays_and_the_time_is_that_of_the_attempt() -> None:
    secrets = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "A" * 32)
    letter = Letter(UUID(int=7), UUID(int=8), "https://erp.example/", True, b"{}", secrets, 0)
    at = datetime(2026, 3, 31, 12, tzinfo=UTC)

    first, later = headers_of(letter, at), headers_of(letter, at.replace(hour=13))

    assert first["webhook-id"] == later["webhook-id"] == f"msg_{UUID(int=7).hex}"
    assert int(later["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 3600
    assert first["webhook-signature"] != later["webhook-signature"]
    assert [one[:3] for one in first["webhook-signature"].split(" ")] == ["v1,", "v1,"]


@pytest.mark.parametrize(
    "secret", ["", "secret", "whsec_", "whsec_short", "whsec_" + "A" * 31, "A" * 32, "whsec_" + "A" * 200]
)
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(BadSecret):
        check_secret(secret)


def test_what_one_listens_to_are_our_events() -> None:
    assert {kind.value for kind in Kind} == {LedgerBatchSealed.type, LedgerBatchAcknowledged.type}
