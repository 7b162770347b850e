"""Who may ask the test server: API keys, session tokens, and an instance with its metadata service."""

import base64
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from oci_buckets import Refusal
from oci_requests import Answer

TENANCY = "ocid1.tenancy.oc1..aaaaaaaatest"
USER = "ocid1.user.oc1..aaaaaaaatest"


def new_key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def fingerprint(public_key):
    der = public_key.public_bytes(serialization.Encoding.DER,
                                  serialization.PublicFormat.SubjectPublicKeyInfo)
    digits = hashlib.md5(der).hexdigest()
    return ":".join(digits[i:i + 2] for i in range(0, 32, 2))


def pem(key, form="PKCS8", password=None):
    """A private key as text: PKCS8 or PKCS1, encrypted where there is a password."""
    kinds = {"PKCS8": serialization.PrivateFormat.PKCS8,
             "PKCS1": serialization.PrivateFormat.TraditionalOpenSSL}
    sealing = (serialization.BestAvailableEncryption(password.encode()) if password
               else serialization.NoEncryption())
    return key.private_bytes(serialization.Encoding.PEM, kinds[form], sealing).decode()


def token(end):
    """A token (JWT) of which nobody but its maker looks at more than its end."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    number = token.count = getattr(token, "count", 0) + 1
    return ".".join((part({"alg": "none"}), part({"exp": int(end), "jti": number}), "c2ln"))


class Instance:
    """An instance: its certificate, which may be changed, and what its metadata service says."""

    def __init__(self, clock, region="us-test-1", tenancy=TENANCY):
        self.clock, self.region, self.tenancy = clock, region, tenancy
        #: Answers with 404 for so many requests, as after a start.
        self.missing = 0
        self.asked = []
        self.rotate()

    def rotate(self, tenancy=None):
        self.tenancy = tenancy or self.tenancy
        self.root, self.leaf = new_key(), new_key()
        self.intermediate = self.certificate("intermediate", self.root, self.root, "")
        self.certificate_pem = self.certificate("leaf", self.leaf, self.root,
                                                "opc-tenant:" + self.tenancy)

    def certificate(self, name, key, signer, unit):
        now = datetime.datetime.fromtimestamp(self.clock(), datetime.timezone.utc)
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if unit:
            subject.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
        made = (x509.CertificateBuilder().subject_name(x509.Name(subject))
                .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1))
                .not_valid_after(now + datetime.timedelta(hours=2)).sign(signer, hashes.SHA256()))
        return made.public_bytes(serialization.Encoding.PEM).decode()

    def serve(self, request):
        """An answer of the metadata service; None for other paths."""
        if not request.path.startswith("/opc/v2/"):
            return None
        if request.header("authorization") != "Bearer Oracle":
            return Answer(403, b"not you")
        self.asked.append(request.path)
        if self.missing > 0:
            self.missing -= 1
            return Answer(404, b"not yet")
        files = {"identity/cert.pem": self.certificate_pem, "identity/key.pem": pem(self.leaf),
                 "identity/intermediate.pem": self.intermediate, "instance/region": self.region,
                 "instance/regionInfo": json.dumps({
                     "realmKey": "oc1", "realmDomainComponent": "oraclecloud.com",
                     "regionKey": "TST", "regionIdentifier": self.region})}
        body = files.get(request.path.removeprefix("/opc/v2/"))
        return Answer(404, b"") if body is None else Answer(200, body.encode())


class Authority:
    """Knows the public key of each keyId, and changes certificates of instances for tokens."""

    def __init__(self, clock):
        self.clock, self.keys, self.tokens = clock, {}, {}
        #: Seconds that a token lives.
        self.token_seconds = 3600
        self.issued = 0

    def add_user(self, key, user=USER, tenancy=TENANCY):
        identifier = "%s/%s/%s" % (tenancy, user, fingerprint(key.public_key()))
        self.keys[identifier] = key.public_key()
        return identifier

    def add_token(self, public_key, seconds=None):
        end = self.clock() + (self.token_seconds if seconds is None else seconds)
        made = token(end)
        self.tokens[made] = (public_key, end)
        return made

    def public_key(self, identifier):
        if not identifier.startswith("ST$"):
            return self.keys.get(identifier)
        key, end = self.tokens.get(identifier[3:], (None, 0))
        return key if self.clock() < end else None

    def federate(self, request, verify):
        """POST /v1/x509: proved by the leaf's own signature."""
        document = request.json()
        try:
            leaf = x509.load_pem_x509_certificate(armoured(document["certificate"], "CERTIFICATE"))
            for text in document["intermediateCertificates"]:
                issuer = x509.load_pem_x509_certificate(armoured(text, "CERTIFICATE"))
                issuer.public_key()
            session = serialization.load_pem_public_key(
                armoured(document["publicKey"], "PUBLIC KEY"))
        except (KeyError, ValueError, TypeError) as error:
            raise Refusal(400, "InvalidParameter", "the certificates are malformed: %s"
                          % error) from None
        units = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        tenancy = next((unit.value[11:] for unit in units if unit.value[:11] == "opc-tenant:"), "")
        digest = leaf.fingerprint(hashes.SHA1()).hex().upper()
        pairs = ":".join(digest[i:i + 2] for i in range(0, 40, 2))
        wanted = "%s/fed-x509/%s" % (tenancy, pairs)
        verify(request, lambda identifier: leaf.public_key() if identifier == wanted else None)
        self.issued += 1
        return Answer.json({"token": self.add_token(session)})


def armoured(text, kind):
    if not isinstance(text, str) or "-" in text or "\n" in text:
        raise ValueError("there is armour or a line end in it")
    return ("-----BEGIN %s-----\n%s\n-----END %s-----\n" % (kind, text, kind)).encode()
