"""What is compressed, and what is not worth it."""

import gzip

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from project.compressing import ONE_PACKET, GZipMiddleware


def answered(content: bytes) -> HttpResponse:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(content)

    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    given = GZipMiddleware(answer)(request)
    assert isinstance(given, HttpResponse)
    return given


@pytest.mark.parametrize("n_bytes", [0, ONE_PACKET - 1])
def test_what_is_one_packet_goes_as_it_is(n_bytes: int) -> None:
    assert "Content-Encoding" not in answered(b"x" * n_bytes).headers


def test_what_is_longer_is_compressed() -> None:
    answer = answered(b"x" * ONE_PACKET)
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == b"x" * ONE_PACKET
