"""Compares the program's S3 signatures with botocore's over random requests."""

import argparse
import datetime
import random
import string
import subprocess
import sys
import unittest.mock
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

LETTERS = string.ascii_letters + string.digits + "-._~/ !\"#$%&'()*+,:;<=>?@[\\]^`{|}é漢🎬"
VALUES = string.ascii_letters + string.digits + "-._~/!#$%&()*+,:;=@ "


def text(rng, alphabet, least, most):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


class Case:
    """One random request, as our oracle reads it and as botocore signs it."""

    def __init__(self, rng):
        self.key = text(rng, string.ascii_uppercase + string.digits, 16, 20)
        self.secret = text(rng, string.ascii_letters + "+/", 40, 40)
        self.token = text(rng, string.ascii_letters + "+/=", 0, 200) if rng.random() < 0.3 else ""
        self.region = rng.choice(["us-east-1", "eu-central-1", "us-ashburn-1"])
        self.seconds = rng.randint(0, 4_000_000_000)
        self.method = rng.choice(["GET", "PUT", "POST", "HEAD", "DELETE"])
        self.scheme = rng.choice(["http", "https"])
        port = rng.choice(["", ":9000", ":18443"])
        self.host = text(rng, string.ascii_lowercase + string.digits, 3, 12) + ".example" + port
        self.path = "/" + text(rng, LETTERS, 0, 60)
        names = {text(rng, LETTERS, 1, 12) for _ in range(rng.randint(0, 5))}
        self.query = [(name, text(rng, LETTERS, 0, 20)) for name in names]
        self.headers = [("x-amz-meta-" + text(rng, string.ascii_lowercase, 1, 8) + str(number),
                         text(rng, VALUES, 0, 30).strip()) for number in range(rng.randint(0, 4))]
        if rng.random() < 0.5:
            self.headers.append(("Range", "bytes=%d-%d" % (rng.randint(0, 99), 1 << 30)))
        if rng.random() < 0.5:
            self.headers.append(("Content-Type", "application/xml"))
        self.hash = rng.choice(["UNSIGNED-PAYLOAD", "%064x" % rng.getrandbits(256)])

    def line(self):
        fields = [self.key, self.secret, self.token, self.region, str(self.seconds), self.method,
                  self.scheme, self.host, self.path, self.hash]
        items = [hexed(field) for field in fields]
        for kind, pairs in (("q", self.query), ("h", self.headers)):
            items += ["%s,%s,%s" % (kind, hexed(a), hexed(b)) for a, b in pairs]
        return " ".join(items)

    def expected(self):
        url = "%s://%s%s" % (self.scheme, self.host, urllib.parse.quote(self.path, safe="/-_.~"))
        request = botocore.awsrequest.AWSRequest(
            method=self.method, url=url, headers=dict(self.headers), params=self.query or None)
        credentials = botocore.credentials.Credentials(self.key, self.secret, self.token or None)
        signer = botocore.auth.S3SigV4Auth(credentials, "s3", self.region)
        signer.payload = lambda _: self.hash
        now = datetime.datetime.fromtimestamp(self.seconds, datetime.timezone.utc)
        with unittest.mock.patch("botocore.auth.get_current_datetime", return_value=now):
            signer.add_auth(request)
        pairs = sorted((quoted(a), quoted(b)) for a, b in self.query)
        if pairs:
            url += "?" + "&".join("%s=%s" % pair for pair in pairs)
        return "%s %s" % (url, request.headers["Authorization"].replace(" ", ""))


def hexed(value):
    return value.encode().hex() or "-"


def quoted(value):
    return urllib.parse.quote(value, safe="-_.~")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    cases = [Case(rng) for _ in range(options.count)]
    lines = "".join(case.line() + "\n" for case in cases)
    done = subprocess.run(
        [options.benchmarks, "sign-oracle"], input=lines, capture_output=True, text=True,
        check=True)
    answers = done.stdout.splitlines()
    wrong = [(case.line(), answer, case.expected()) for case, answer in zip(cases, answers)
             if answer != case.expected()]
    if len(answers) != len(cases):
        sys.exit("%d answers to %d requests" % (len(answers), len(cases)))
    if wrong:
        sys.exit("%d of %d differ, such as %s\n  ours  %s\n  other %s"
                 % (len(wrong), len(cases), *wrong[0]))
    print("%d requests are signed alike" % len(cases))


if __name__ == "__main__":
    main()
