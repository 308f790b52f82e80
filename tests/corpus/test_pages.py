import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.corpus.models import Article


def test_upload_preview_store(study, alice, sign_in):
    client = sign_in(alice)
    url = f"/studies/{study.pk}/articles/import/"
    assert client.get(url).status_code == 200
    r = client.post(url, {"uploads": [SimpleUploadedFile("a.txt", b" date 2023-11-10 One. Two."), SimpleUploadedFile("b.txt", b"a\0b")], "language": "en"})
    assert r.status_code == 302, r.content.decode()
    page = client.get(r.url)
    print(page.content.decode())
    r2 = client.post(r.url + "store/")
    assert client.get(r2.url).status_code == 200
    article = Article.objects.get()
    for path in ("", "edit/", "original/", "regions/sentences/"):
        assert client.get(f"/studies/{study.pk}/articles/{article.pk}/{path}").status_code == 200
    assert client.get(f"/studies/{study.pk}/articles/").status_code == 200
    assert client.get(f"/studies/{study.pk}/articles/bin/").status_code == 200
