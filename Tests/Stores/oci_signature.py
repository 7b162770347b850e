"""Verifies signatures of requests as Oracle's services do: draft-cavage-http-signatures-08, RSA-SHA256.

The text that must have been signed is rebuilt from the request as it came over the wire: the raw
target, and the headers in the order that the signature lists them.
"""

import base64
import email.utils
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

GENERIC = {"date", "(request-target)", "host"}
BODY = {"content-length", "content-type", "x-content-sha256"}
#: Seconds by which a date may be off.
SKEW = 300


class Unsigned(Exception):
    """The request is not signed as it must be; the text says why."""


def parameters(header):
    """The parameters of an `Authorization`, in any order."""
    scheme, _, rest = header.partition(" ")
    if scheme != "Signature":
        raise Unsigned("the scheme is %r" % scheme)
    found = dict(re.findall(r'([a-zA-Z]+)="([^"]*)"', rest))
    if re.sub(r'[a-zA-Z]+="[^"]*"', "", rest).strip(", "):
        raise Unsigned("the parameters are malformed")
    for name in ("headers", "keyId", "algorithm", "signature", "version"):
        if name not in found:
            raise Unsigned("the parameter %s is missing" % name)
    if found["algorithm"] != "rsa-sha256" or found["version"] != "1":
        raise Unsigned("the algorithm or version is another")
    return found


def required(request, form):
    """The names that must be signed, and those that must not be."""
    if form == "federation":
        return (GENERIC - {"host"}) | BODY, set()
    if form == "raw":
        return GENERIC, {"x-content-sha256"}
    if request.method in ("GET", "HEAD", "DELETE"):
        return GENERIC, set()
    return GENERIC | BODY, set()


def signed_text(request, names):
    lines = []
    for name in names:
        if name == "(request-target)":
            lines.append("(request-target): %s %s" % (request.method.lower(), request.target))
            continue
        values = request.all(name)
        if len(values) != 1:
            raise Unsigned("the header %s is there %d times" % (name, len(values)))
        lines.append("%s: %s" % (name, values[0]))
    return "\n".join(lines)


def verify(request, form, public_key, now):
    """Raises `Unsigned` unless the request is signed rightly; returns the keyId.

    `form` is 'raw' for the operations that take raw bytes, 'federation' for the change of
    certificates, and 'usual' for all others. `public_key` gives the key that belongs to a keyId.
    """
    found = parameters(request.header("authorization") or "")
    names = found["headers"].split(" ")
    if len(set(names)) != len(names):
        raise Unsigned("a header is listed twice")
    wanted, unwanted = required(request, form)
    date = "x-date" if "x-date" in names else "date"
    missing = {date if name == "date" else name for name in wanted} - set(names)
    if missing:
        raise Unsigned("not signed: %s" % ", ".join(sorted(missing)))
    if unwanted & set(names):
        raise Unsigned("signed, and must not be: %s" % ", ".join(sorted(unwanted & set(names))))
    moment = email.utils.parsedate_to_datetime(request.header(date) or "").timestamp()
    if abs(moment - now) > SKEW:
        raise Unsigned("the date is %d s off" % (moment - now))
    key = public_key(found["keyId"])
    if key is None:
        raise Unsigned("the key is not known")
    try:
        signature = base64.b64decode(found["signature"], validate=True)
        key.verify(signature, signed_text(request, names).encode(), padding.PKCS1v15(),
                   hashes.SHA256())
    except (ValueError, InvalidSignature):
        raise Unsigned("the signature does not fit") from None
    if "x-content-sha256" in names:
        digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
        if digest != request.header("x-content-sha256"):
            raise Unsigned("the body is not the one that was signed")
    return found["keyId"]
