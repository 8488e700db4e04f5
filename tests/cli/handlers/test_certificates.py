"""`noroshi cert`: made, brought and shown, and never a key on the screen."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from noroshi.oauth.client_certificates import make, parts
from noroshi.ports import Document
from tests.cli.command_process import a_node, typed
from tests.service.harness import AKI, CONTENT, Harness, documents

PASSPHRASE = "canary-pass"
BOX = CONTENT["accounts/box"] | {"certificate": "box-cert", "certificate_next": "box-next"}


@pytest.fixture
async def harness(tmp_path):
    found = Harness()
    given = documents(accounts__box=BOX)
    await found.service.definitions.apply(AKI, tuple(Document(**one) for one in given))
    async with a_node(tmp_path, found.service):
        yield found


@pytest.fixture
def bundle(harness):
    return make("ours", harness.time.now, 30).reveal()


@pytest.fixture
def pfx(tmp_path, bundle):
    key, certificate = (text.encode() for text in parts(bundle))
    data = pkcs12.serialize_key_and_certificates(
        b"ours",
        serialization.load_pem_private_key(key, None),
        x509.load_pem_x509_certificate(certificate),
        None,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )
    file = tmp_path / "ours.pfx"
    file.write_bytes(data)
    return str(file)


async def test_a_new_one_says_what_to_upload(harness, tmp_path):
    told = await typed("cert", "new", "m365", home=tmp_path)
    assert told.code == 0 and "in the vault as “box-cert”" in told.out
    pem = told.out[told.out.index("-----BEGIN CERTIFICATE-----") :]
    found = x509.load_pem_x509_certificate(pem.encode())
    assert found.fingerprint(x509.base.hashes.SHA1()).hex().upper() in told.out
    assert "PRIVATE" not in told.out + told.err


async def test_it_goes_into_a_file_that_is_new(harness, tmp_path):
    out = tmp_path / "upload.cer"
    told = await typed("cert", "new", "box", "--out", str(out), "--lang", "ja", home=tmp_path)
    assert told.code == 0 and "証明書のアップロード" in told.out
    x509.load_pem_x509_certificate(out.read_bytes())
    again = await typed("cert", "new", "box", "--next", "--out", str(out), home=tmp_path)
    assert again.code == 5 and "already exists and is not overwritten" in again.err
    assert "box-next" not in await harness.vault.names()


async def test_one_in_use_is_not_written_over(harness, tmp_path):
    await typed("cert", "new", "box", home=tmp_path)
    told = await typed("cert", "new", "box", home=tmp_path)
    assert told.code == 5 and "--next" in told.err
    assert (await typed("cert", "new", "box", "--next", home=tmp_path)).code == 0


async def test_pem_is_brought_by_a_pipe(harness, tmp_path, bundle):
    told = await typed("cert", "import", "box", "-", home=tmp_path, given=bundle)
    assert told.code == 0 and "ours" in told.out
    assert (await harness.vault.get("box-cert")).reveal() == bundle


async def test_a_pfx_asks_for_its_passphrase_and_lets_one_err(
    harness, tmp_path, pfx, bundle, terminal
):
    async with terminal(tmp_path, "cert", "import", "m365", pfx) as person:
        await person.type("Passphrase of", "wrong\n")
        await person.until("does not open the file")
        await person.type("Passphrase of", f"{PASSPHRASE}\n")
        await person.until("its key are in the vault")
        assert await person.process.wait() == 0
    assert PASSPHRASE not in person.seen
    assert (await harness.vault.get("box-cert")).reveal() == bundle


async def test_in_a_script_the_passphrase_comes_by_a_pipe(harness, tmp_path, pfx):
    argv = ("cert", "import", "box", pfx, "--passphrase-file", "-")
    assert (await typed(*argv, home=tmp_path, given=f"{PASSPHRASE}\n")).code == 0
    wrong = await typed(*argv, "--replace", home=tmp_path, given="wrong\n")
    assert wrong.code == 3 and "does not open the file" in wrong.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "Cannot read", id="no file"),
        pytest.param("hello", "No certificate with its private key", id="something else"),
    ],
)
async def test_what_is_no_certificate_is_told(harness, tmp_path, content, said):
    file = tmp_path / "given"
    if content is not None:
        file.write_text(content)
    told = await typed("cert", "import", "box", str(file), home=tmp_path)
    assert told.code == 3 and said in told.err
    assert "box-cert" not in await harness.vault.names()


async def test_it_is_shown_again_without_its_key(harness, tmp_path):
    made = await typed("cert", "new", "box", home=tmp_path)
    shown = await typed("cert", "show", "m365", home=tmp_path)
    pem = made.out[made.out.index("-----BEGIN") :]
    assert shown.code == 0 and pem in shown.out and "PRIVATE" not in shown.out
    as_json = await typed("cert", "show", "m365", "--json", home=tmp_path)
    assert '"sha1"' in as_json.out and "PRIVATE" not in as_json.out


async def test_what_is_not_there_cannot_be_shown(harness, tmp_path):
    told = await typed("cert", "show", "box", "--lang", "ja", home=tmp_path)
    assert told.code == 5 and "noroshi cert new box" in told.err


async def test_one_that_is_refused_takes_a_good_one_s_place_only_by_force(
    harness, tmp_path, bundle
):
    other = make("other", harness.time.now, 30).reveal()
    argv = ("cert", "import", "box", "-", "--replace")
    assert (await typed(*argv, home=tmp_path, given=bundle)).code == 0
    harness.server.refused = {other}
    told = await typed(*argv, home=tmp_path, given=other)
    assert told.code == 1 and "“box-cert” in the vault is unchanged" in told.err
    assert "noroshi cert import box FILE --replace --force" in told.err
    assert "Checking the new value with the sign-in server" in told.err
    assert (await harness.vault.get("box-cert")).reveal() == bundle
    told = await typed(*argv, "--force", "--lang", "ja", home=tmp_path, given=other)
    assert told.code == 1 and "アカウント「box」では使えません" in told.out
    assert (await harness.vault.get("box-cert")).reveal() == other


async def test_one_that_is_taken_in_another_one_s_place_is_told_so(harness, tmp_path, bundle):
    argv = ("cert", "import", "box", "-", "--replace")
    first = await typed(*argv, home=tmp_path, given=bundle)
    assert "sign-in server" not in first.out + first.err
    other = make("other", harness.time.now, 30).reveal()
    told = await typed(*argv, home=tmp_path, given=other)
    assert told.code == 0
    assert "The sign-in server accepts the certificate of account “box”." in told.out
