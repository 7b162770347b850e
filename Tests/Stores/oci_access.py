"""Pre-authenticated requests: addresses that need no signature, each a secret of its own."""

import calendar
import re
import secrets
import time
import urllib.parse

from oci_buckets import Refusal, Upload, check_name, stamp
from oci_objects import commit_upload, conditions, need, serve_object, store_object, store_part
from oci_requests import Answer

TYPES = {"ObjectRead": "r", "ObjectWrite": "w", "ObjectReadWrite": "rw", "AnyObjectRead": "r",
         "AnyObjectWrite": "w", "AnyObjectReadWrite": "rw"}


def seconds(text):
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]00:00)", text or "")
    if not found:
        raise Refusal(400, "InvalidParameter", "timeExpires is no time")
    return calendar.timegm(time.strptime(found[1], "%Y-%m-%dT%H:%M:%S"))


class Access:
    """One such address. `token` is the secret."""

    def __init__(self, bucket, document, namespace, now):
        self.bucket, self.namespace, self.created = bucket, namespace, now
        self.name, self.type, expires = need(document, "name", "accessType", "timeExpires")
        self.object = document.get("objectName")
        self.listing = document.get("bucketListingAction")
        if self.type not in TYPES or (self.type.startswith("Object") and not self.object):
            raise Refusal(400, "InvalidParameter", "the access makes no sense")
        self.end = seconds(expires)
        if self.end <= now:
            raise Refusal(400, "InvalidParameter", "timeExpires has passed")
        self.token, self.id = secrets.token_urlsafe(48), secrets.token_urlsafe(24)

    @property
    def uri(self):
        name = urllib.parse.quote(self.object, safe="") if self.type.startswith("Object") else ""
        return "/p/%s/n/%s/b/%s/o/%s" % (self.token, self.namespace, self.bucket.name, name)

    def document(self, full):
        found = {"id": self.id, "name": self.name, "accessType": self.type,
                 "timeExpires": stamp(self.end), "timeCreated": stamp(self.created)}
        if self.object:
            found["objectName"] = self.object
        if self.listing:
            found["bucketListingAction"] = self.listing
        if full:
            found["accessUri"] = self.uri
        return found

    def allows(self, name, right):
        if right not in TYPES[self.type]:
            return False
        if self.type.startswith("Object"):
            return name == self.object
        return name.startswith(self.object or "")


class Accesses:
    def __init__(self, clock, namespace):
        self.clock, self.namespace, self.all = clock, namespace, {}

    def create(self, request, bucket):
        made = Access(bucket, request.json(), self.namespace, self.clock())
        self.all[made.token] = made
        return Answer.json(made.document(full=True))

    def of(self, bucket):
        return [access for access in self.all.values() if access.bucket is bucket]

    def find(self, bucket, identifier):
        for access in self.of(bucket):
            if access.id == identifier:
                return access
        raise Refusal(404, "PreauthenticatedRequestNotFound", "there is no such request")

    def delete(self, bucket, identifier):
        del self.all[self.find(bucket, identifier).token]
        return Answer(204)

    USE = re.compile("/p/(?P<token>[^/]+)/n/(?P<ns>[^/]+)/b/(?P<bucket>[^/]+)/"
                     "(?P<kind>[ou])/(?P<rest>.*)", re.DOTALL)

    def use(self, request):
        """Answers a request that carries its right in its address; None if it does not."""
        found = self.USE.fullmatch(request.path)
        if not found:
            return None
        access = self.all.get(found["token"])
        if access is None or self.clock() >= access.end \
                or found["bucket"] != access.bucket.name or found["ns"] != self.namespace:
            raise Refusal(404, "NotAuthorizedOrNotFound", "the address is not known, or has ended")
        if found["kind"] == "u":
            return self.use_upload(request, access, found["rest"])
        name = urllib.parse.unquote(found["rest"])
        if not name and request.method == "GET" and access.listing == "ListObjects":
            return Answer.json(access.bucket.listing(
                self.clock(), access.object or "", request.query.get("start")))
        right = {"GET": "r", "HEAD": "r", "PUT": "w"}.get(request.method)
        if right is None or not access.allows(name, right):
            raise Refusal(404, "NotAuthorizedOrNotFound", "the address does not allow this")
        if right == "r":
            return serve_object(request, access.bucket.readable(name, self.clock()), self.clock())
        if request.header("opc-multipart") == "true":
            return self.begin_upload(request, access, name)
        return store_object(request, access.bucket, name, self.clock())

    def begin_upload(self, request, access, name):
        check_name(name)
        conditions(request).check(access.bucket.objects.get(name))
        upload = Upload(name, self.clock(), request.header("content-type"), request.metadata(),
                        access.bucket.tier, request.header("opc-checksum-algorithm"))
        access.bucket.uploads[upload.id] = upload
        uri = "/p/%s/n/%s/b/%s/u/%s/id/%s/" % (
            access.token, self.namespace, access.bucket.name,
            urllib.parse.quote(name, safe=""), upload.id)
        return Answer.json({"namespace": self.namespace, "bucket": access.bucket.name,
                            "object": name, "uploadId": upload.id, "accessUri": uri,
                            "timeCreated": stamp(upload.created)})

    def use_upload(self, request, access, rest):
        found = re.fullmatch("(?P<name>.+)/id/(?P<id>[^/]+)/(?P<number>[0-9]{0,5})", rest)
        if not found:
            raise Refusal(404, "NotAuthorizedOrNotFound", "the address does not allow this")
        upload = access.bucket.upload(urllib.parse.unquote(found["name"]), found["id"])
        if not access.allows(upload.name, "w"):
            raise Refusal(404, "NotAuthorizedOrNotFound", "the address does not allow this")
        if request.method == "PUT" and found["number"]:
            return store_part(request, upload, int(found["number"]))
        if request.method == "POST" and not found["number"]:
            parts = [(number, etag) for number, (etag, _) in sorted(upload.parts.items())]
            return commit_upload(request, access.bucket, upload, parts, self.clock())
        raise Refusal(405, "MethodNotAllowed", "the address does not allow this")
