"""Objects and parts as they are stored and served, by signed requests and by pre-authenticated ones."""

import hashlib

from oci_buckets import TIERS, Checks, Conditions, Refusal, Stored, text
from oci_requests import Answer


def tier(word, usual="Standard"):
    if word is None:
        return usual
    if word not in TIERS:
        raise Refusal(400, "InvalidParameter", "the storage tier %r is not known" % word)
    return word


def conditions(request):
    return Conditions(request.header("if-match"), request.header("if-none-match"))


def need(document, *names):
    """The values of fields, all of which must be there."""
    for name in names:
        if document.get(name) in (None, ""):
            raise Refusal(400, "MissingParameter", "%s is missing" % name)
    return [document[name] for name in names]


def serve_object(request, found, now):
    """An object, or a range of it, for GET and HEAD."""
    conditions(request).check(found)
    span = request.range(len(found.body)) if request.method == "GET" else None
    headers = found.headers(now)
    if request.method == "HEAD":
        return Answer(200, found.body, headers)
    if span is None:
        return Answer(200, found.body, headers)
    headers.append(("content-range", "bytes %d-%d/%d" % (*span, len(found.body))))
    return Answer(206, found.body[span[0]:span[1] + 1], headers)


def store_object(request, bucket, name, now):
    checks = Checks(request)
    checks.check(request.body)
    made = bucket.put(Stored(
        name, request.body, now, request.header("content-type"), request.metadata(),
        tier(request.header("storage-tier"), bucket.tier), checks.algorithm), conditions(request))
    headers = [("etag", made.etag), ("opc-content-md5", made.md5),
               ("last-modified", dict(made.headers(now))["last-modified"])]
    if checks.algorithm == "CRC32C":
        headers.append(("opc-content-crc32c", dict(made.headers(now))["opc-content-crc32c"]))
    return Answer(200, b"", headers)


def store_part(request, upload, number):
    checks = Checks(request)
    checks.check(request.body)
    etag = upload.put(number, request.body)
    headers = [("etag", etag), ("opc-content-md5", text(hashlib.md5(request.body).digest()))]
    if request.header("opc-content-crc32c"):
        headers.append(("opc-content-crc32c", request.header("opc-content-crc32c")))
    return Answer(200, b"", headers)


def commit_upload(request, bucket, upload, wanted, now):
    made = bucket.put(upload.joined(wanted, now), conditions(request))
    del bucket.uploads[upload.id]
    headers = [(k, v) for k, v in made.headers(now)
               if k in ("etag", "last-modified", "opc-multipart-md5", "opc-content-crc32c")]
    return Answer(200, b"", headers)
