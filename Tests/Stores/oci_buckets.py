"""What an Object Storage keeps: buckets, objects, uploads in parts, policies, work requests.

All in memory, behind one lock that the caller holds. Failures are `Refusal`s with the service's
status and code. Where Oracle's documentation gives no code for a case, ours is marked "our word".
"""

import base64
import datetime
import hashlib
import re
import uuid

import crc32c as crc

PART_LIMIT = 10_000
PAGE_LIMIT = 1000
BATCH_LIMIT = 1000
NAME_LIMIT = 1024
TIERS = ("Standard", "InfrequentAccess", "Archive")


class Refusal(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def stamp(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (moment % 1 * 1000)


def text(data):
    return base64.b64encode(data).decode()


def crc_text(data):
    return text(crc.crc32c(data).to_bytes(4, "big"))


def check_name(name):
    """Names of objects: 1 to 1024 bytes of UTF-8 without LF, CR, NUL."""
    if not 1 <= len(name.encode()) <= NAME_LIMIT or re.search("[\n\r\0]", name):
        raise Refusal(400, "InvalidObjectName", "the object's name is invalid")


class Conditions:
    """if-match and if-none-match, of which the latter may only be `*`."""

    def __init__(self, match=None, none_match=None):
        if none_match not in (None, "*"):
            raise Refusal(400, "InvalidParameter", "if-none-match can only be *")
        self.match, self.none_match = match, none_match

    def check(self, thing):
        if self.match is not None and (thing is None or self.match not in (thing.etag, "*")):
            raise Refusal(412, "IfMatchFailed", "the ETag is another")
        if self.none_match and thing is not None:
            raise Refusal(412, "IfNoneMatchFailed", "the name is taken")


class Checks:
    """What a body is compared with."""

    def __init__(self, request):
        self.md5 = request.header("content-md5")
        self.algorithm = request.header("opc-checksum-algorithm")
        self.sums = {name: request.header("opc-content-" + name.lower())
                     for name in ("CRC32C", "SHA256", "SHA384")}
        if self.algorithm not in (None, *self.sums):
            raise Refusal(400, "InvalidParameter", "the checksum algorithm is not known")
        for name, value in self.sums.items():
            if value is not None and name != self.algorithm:
                raise Refusal(400, "InvalidParameter", "a checksum without its algorithm")

    def check(self, body):
        if self.md5 is not None and self.md5 != text(hashlib.md5(body).digest()):
            raise Refusal(400, "UnmatchedContentMD5", "the body does not fit its MD5")
        made = {"CRC32C": crc_text, "SHA256": lambda b: text(hashlib.sha256(b).digest()),
                "SHA384": lambda b: text(hashlib.sha384(b).digest())}
        for name, value in self.sums.items():
            if value is not None and value != made[name](body):
                # Our word: the documentation says 400 and no code.
                raise Refusal(400, "UnmatchedContentChecksum", "the body does not fit its " + name)


class Stored:
    """An object."""

    def __init__(self, name, body, now, content_type, metadata, tier, algorithm=None):
        self.name, self.body, self.tier = name, body, tier
        self.content_type = content_type or "application/octet-stream"
        self.metadata, self.algorithm = metadata, algorithm
        self.etag = str(uuid.uuid4())
        self.created = self.modified = now
        self.md5 = text(hashlib.md5(body).digest())
        self.multipart_md5 = None
        #: Until when an archived object can be read, and from when on.
        self.readable = None

    def archival_state(self, now):
        if self.tier != "Archive":
            return None
        if self.readable is None or now >= self.readable[1]:
            return "Archived"
        return "Restored" if now >= self.readable[0] else "Restoring"

    def headers(self, now):
        found = [("etag", self.etag), ("last-modified", http_date(self.modified)),
                 ("content-type", self.content_type), ("storage-tier", self.tier),
                 ("accept-ranges", "bytes")]
        if self.multipart_md5:
            found.append(("opc-multipart-md5", self.multipart_md5))
        else:
            found.append(("content-md5", self.md5))
        if self.algorithm == "CRC32C":
            found.append(("opc-content-crc32c", crc_text(self.body)))
        if self.algorithm == "SHA256" and not self.multipart_md5:
            found.append(("opc-content-sha256", text(hashlib.sha256(self.body).digest())))
        state = self.archival_state(now)
        if state:
            found.append(("archival-state", state))
        return found + sorted(self.metadata.items())

    def summary(self, fields, now):
        every = {"name": self.name, "size": len(self.body), "etag": self.etag,
                 "md5": self.multipart_md5 or self.md5, "timeCreated": stamp(self.created),
                 "timeModified": stamp(self.modified), "storageTier": self.tier,
                 "archivalState": self.archival_state(now)}
        return {name: every[name] for name in fields if every[name] is not None}


def http_date(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime(
        "%a, %d %b %Y %H:%M:%S GMT")


class Upload:
    """An object in parts, under way."""

    def __init__(self, name, now, content_type, metadata, tier, algorithm):
        self.name, self.created, self.tier = name, now, tier
        self.content_type, self.metadata, self.algorithm = content_type, metadata, algorithm
        self.id = str(uuid.uuid4())
        #: number: (etag, bytes); the last of a number counts.
        self.parts = {}

    def put(self, number, body):
        if not 1 <= number <= PART_LIMIT:
            raise Refusal(400, "InvalidUploadPart", "a part's number is from 1 to 10000")
        self.parts[number] = (str(uuid.uuid4()), body)
        return self.parts[number][0]

    def joined(self, wanted, now):
        """The object of the parts [(number, etag)], which need not be all of them."""
        numbers = [number for number, _ in wanted]
        if not wanted or sorted(set(numbers)) != numbers:
            raise Refusal(400, "InvalidUploadPart", "parts are named once, in their order")
        bodies = []
        for number, etag in wanted:
            if number not in self.parts or self.parts[number][0] != etag:
                raise Refusal(400, "InvalidUploadPart", "there is no part %d of this ETag" % number)
            bodies.append(self.parts[number][1])
        made = Stored(self.name, b"".join(bodies), now, self.content_type, self.metadata,
                      self.tier, self.algorithm)
        sums = b"".join(hashlib.md5(body).digest() for body in bodies)
        made.multipart_md5 = "%s-%d" % (text(hashlib.md5(sums).digest()), len(bodies))
        return made


class Policy:
    """A document with an ETag: the lifecycle rules of a bucket."""

    def __init__(self, items, now):
        self.items, self.etag, self.created = items, str(uuid.uuid4()), now


class Bucket:
    def __init__(self, name, compartment, now, tier="Standard"):
        self.name, self.compartment, self.created, self.tier = name, compartment, now, tier
        self.etag = str(uuid.uuid4())
        self.metadata = {}
        self.objects, self.uploads = {}, {}
        self.lifecycle = None
        self.replications, self.requests = {}, {}
        self.is_read_only = False

    def get(self, name):
        if name not in self.objects:
            raise Refusal(404, "ObjectNotFound", "the object %r was not found in the bucket %r"
                          % (name, self.name))
        return self.objects[name]

    def readable(self, name, now):
        """An object whose bytes can be read now."""
        found = self.get(name)
        if found.archival_state(now) in ("Archived", "Restoring"):
            raise Refusal(409, "NotRestored", "the object %r is archived" % name)
        return found

    def put(self, thing, conditions):
        if self.is_read_only:
            raise Refusal(403, "NotAllowed", "the bucket is the target of a replication")
        check_name(thing.name)
        old = self.objects.get(thing.name)
        conditions.check(old)
        if old is not None:
            thing.created = old.created
        self.objects[thing.name] = thing
        return thing

    def upload(self, name, identifier):
        found = self.uploads.get(identifier)
        if found is None or found.name != name:
            raise Refusal(404, "NoSuchUpload", "there is no such upload")  # our word
        return found

    def listing(self, now, prefix="", start=None, end=None, start_after=None, limit=PAGE_LIMIT,
                delimiter=None, fields=("name",)):
        if delimiter not in (None, "/"):
            raise Refusal(400, "InvalidParameter", "the delimiter can only be /")
        if start is not None and start_after is not None:
            raise Refusal(400, "InvalidParameter", "start and startAfter exclude each other")
        if not 1 <= limit <= PAGE_LIMIT:
            raise Refusal(400, "InvalidParameter", "the limit is from 1 to 1000")
        objects, prefixes, following = [], [], None
        for name in sorted(self.objects, key=lambda n: n.encode()):
            key = name.encode()
            if not name.startswith(prefix) or (start is not None and key < start.encode()) \
                    or (start_after is not None and key <= start_after.encode()):
                continue
            if end is not None and key >= end.encode():
                break
            cut = name.find("/", len(prefix)) if delimiter else -1
            group = name[:cut + 1] if cut >= 0 else None
            if group is not None and prefixes and prefixes[-1] == group:
                continue
            if group is not None and start_after is not None \
                    and start_after.startswith(group):
                continue
            if len(objects) + len(prefixes) == limit:
                following = name
                break
            if group is not None:
                prefixes.append(group)
            else:
                objects.append(self.objects[name].summary(fields, now))
        answer = {"objects": objects}
        if delimiter:
            answer["prefixes"] = prefixes
        if following is not None:
            answer["nextStartWith"] = following
        return answer

    def summary(self, namespace):
        return {"namespace": namespace, "name": self.name, "compartmentId": self.compartment,
                "createdBy": "ocid1.user.oc1..test", "timeCreated": stamp(self.created),
                "etag": self.etag}

    def document(self, namespace):
        return {**self.summary(namespace), "metadata": self.metadata,
                "publicAccessType": "NoPublicAccess", "storageTier": self.tier,
                "objectEventsEnabled": False, "freeformTags": {}, "definedTags": {},
                "replicationEnabled": bool(self.replications), "isReadOnly": self.is_read_only,
                "versioning": "Disabled", "id": "ocid1.bucket.oc1.." + self.name,
                "objectLifecyclePolicyEtag": self.lifecycle.etag if self.lifecycle else None}


class WorkRequest:
    """Work that the service does by itself: asked for twice, it is under way; then it is done."""

    def __init__(self, kind, compartment, now, work):
        self.id = "ocid1.objectstoragerequest.oc1.." + uuid.uuid4().hex
        self.kind, self.compartment, self.accepted, self.work = kind, compartment, now, work
        self.status, self.polls, self.finished = "ACCEPTED", 0, None

    def poll(self, now):
        self.polls += 1
        if self.status in ("ACCEPTED", "IN_PROGRESS"):
            self.status = "IN_PROGRESS"
            if self.polls > 2:
                self.status = "COMPLETED" if self.work() else "FAILED"
                self.finished = now
        return {"operationType": self.kind, "status": self.status, "id": self.id,
                "compartmentId": self.compartment, "resources": [],
                "percentComplete": 100.0 if self.finished else 50.0,
                "timeAccepted": stamp(self.accepted), "timeStarted": stamp(self.accepted),
                "timeFinished": stamp(self.finished) if self.finished else None}
