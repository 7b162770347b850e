"""Compares the program's signatures for Oracle's cloud with those of Oracle's own SDK over random
requests, with a key made for the occasion: RSA PKCS #1 v1.5 signs the same text alike."""

import argparse
import email.utils
import random
import string
import subprocess
import sys
import urllib.parse

import oci
import oci.auth.federation_client
import requests

import oci_identity

LETTERS = string.ascii_letters + string.digits + "-._~/ !\"#$%&'()*+,:;<=>?@[\\]^`{|}é漢🎬"


def text(rng, alphabet, least, most):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


def hexed(value):
    return (value if isinstance(value, bytes) else value.encode()).hex() or "-"


def quoted(value):
    return urllib.parse.quote(value, safe="-_.~")


class Case:
    """One random request, as our oracle reads it and as the SDK signs it."""

    def __init__(self, rng, signers):
        self.form = rng.choice(["none", "none", "body", "body", "federation"])
        self.identifier, self.signer = signers["fed" if self.form == "federation" else "key"]
        self.seconds = rng.randint(0, 4_000_000_000)
        methods = {"none": ["GET", "HEAD", "DELETE", "PUT"], "body": ["POST", "PUT"],
                   "federation": ["POST"]}
        self.method = rng.choice(methods[self.form])
        self.scheme = rng.choice(["http", "https"])
        port = rng.choice(["", ":9000", ":18443"])
        self.host = text(rng, string.ascii_lowercase + string.digits, 3, 12) + ".example" + port
        names = [text(rng, LETTERS, 1, 40) for _ in range(rng.randint(1, 4))]
        # The SDK's library folds names that are only dots, as a proxy may: farmio refuses them.
        name = "/".join(names)
        self.path = "/n/ns/b/farm/o/" + quoted("x" if name in (".", "..") else name)
        self.query = [(text(rng, LETTERS, 1, 12), text(rng, LETTERS, 0, 20))
                      for _ in range(rng.randint(0, 5))]
        self.body = b"" if self.form == "none" or rng.random() < 0.2 else \
            rng.randbytes(rng.randint(1, 400))

    def line(self):
        fields = [self.identifier, str(self.seconds), self.method, self.scheme, self.host,
                  self.path, self.form, self.body]
        return " ".join([hexed(field) for field in fields]
                        + ["%s,%s" % (hexed(a), hexed(b)) for a, b in self.query])

    def expected(self):
        url = "%s://%s%s" % (self.scheme, self.host, self.path)
        if self.query:
            url += "?" + "&".join("%s=%s" % (quoted(a), quoted(b)) for a, b in self.query)
        date = email.utils.formatdate(self.seconds, usegmt=True)
        prepared = requests.Request(
            self.method, url, headers={"date": date, "content-type": "application/json"},
            data=self.body).prepare()
        if self.form == "none":
            self.signer.without_content_headers(prepared)
        else:
            self.signer(prepared)
        return "%s %s" % (prepared.url, prepared.headers["authorization"])


def signers(key):
    """The SDK's signers of a user and of an instance, with their keyIds."""
    print_ = oci_identity.fingerprint(key.public_key())
    user = oci.signer.Signer(
        oci_identity.TENANCY, oci_identity.USER, print_, None,
        private_key_content=oci_identity.pem(key))

    class Leaf:
        @staticmethod
        def get_private_key():
            return key
    instance = oci.auth.federation_client.AuthTokenRequestSigner(
        oci_identity.TENANCY, "AA:BB", Leaf)
    return {"key": (user.api_key, user), "fed": (instance.api_key, instance)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks")
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    total = 0
    # Every form in which a key may be kept, and the lengths that are in use.
    for bits, form, password in ((2048, "PKCS8", None), (3072, "PKCS1", None),
                                 (2048, "PKCS8", "horse staple"), (2048, "PKCS1", "pä$$")):
        key = oci_identity.new_key(bits)
        both = signers(key)
        cases = [Case(rng, both) for _ in range(options.count)]
        stored = oci_identity.pem(key, form, password) + "OCI_API_KEY\n"
        lines = ["%s %s" % (hexed(stored), hexed(password or ""))]
        lines += [case.line() for case in cases]
        done = subprocess.run(
            [options.benchmarks, "oci-sign-oracle"], input="".join(l + "\n" for l in lines),
            capture_output=True, text=True, check=True)
        answers = done.stdout.splitlines()
        if len(answers) != len(cases):
            sys.exit("%d answers to %d requests: %s" % (len(answers), len(cases), answers[:1]))
        for case, answer in zip(cases, answers):
            if answer != case.expected():
                sys.exit("%s differs\n  ours  %s\n  other %s"
                         % (case.line(), answer, case.expected()))
        total += len(cases)
    print("%d requests are signed alike" % total)


if __name__ == "__main__":
    main()
