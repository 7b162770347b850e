"""The operations of Object Storage: each takes a signed request and gives its answer."""

import hashlib
import re
import urllib.parse

import oci_access
from oci_buckets import (
    BATCH_LIMIT, Bucket, Checks, Conditions, Policy, Refusal, Stored, Upload, WorkRequest,
    check_name, stamp, text)
from oci_objects import commit_upload, conditions, need, serve_object, store_object, store_part, tier
from oci_requests import Answer, paged

FIELDS = ("name", "size", "etag", "md5", "timeCreated", "timeModified", "storageTier",
          "archivalState")


class Operations:
    """The buckets of one namespace in one region."""

    def __init__(self, clock, namespace="testspace", region="us-test-1"):
        self.clock, self.namespace, self.region = clock, namespace, region
        self.buckets, self.requests = {}, {}
        self.accesses = oci_access.Accesses(clock, namespace)
        #: Seconds between the wish to restore and a readable object.
        self.restore_seconds = 3600
        #: Whether the service itself has the rights to copy.
        self.may_copy = True

    def bucket(self, name):
        if name not in self.buckets:
            raise Refusal(404, "BucketNotFound", "Either the bucket named '%s' does not exist in "
                          "the namespace or you are not authorized to access it" % name)
        return self.buckets[name]

    # The way to an operation

    ROUTES = [
        # Method, pattern of the path, operation, whether it takes raw bytes.
        ("GET", "/n/?", "get_namespace", False),
        ("GET", "/n/NS", "get_namespace_metadata", False),
        ("GET", "/n/NS/b/?", "list_buckets", False),
        ("POST", "/n/NS/b/?", "create_bucket", False),
        ("GET|HEAD", "/n/NS/b/B/?", "get_bucket", False),
        ("POST", "/n/NS/b/B/?", "update_bucket", False),
        ("DELETE", "/n/NS/b/B/?", "delete_bucket", False),
        ("GET", "/n/NS/b/B/o/?", "list_objects", False),
        ("PUT", "/n/NS/b/B/o/NAME", "put_object", True),
        ("GET|HEAD", "/n/NS/b/B/o/NAME", "get_object", False),
        ("DELETE", "/n/NS/b/B/o/NAME", "delete_object", False),
        ("GET", "/n/NS/b/B/u/?", "list_uploads", False),
        ("POST", "/n/NS/b/B/u/?", "create_upload", False),
        ("PUT", "/n/NS/b/B/u/NAME", "upload_part", True),
        ("GET", "/n/NS/b/B/u/NAME", "list_parts", False),
        ("POST", "/n/NS/b/B/u/NAME", "commit_upload", False),
        ("DELETE", "/n/NS/b/B/u/NAME", "abort_upload", False),
        ("POST", "/n/NS/b/B/actions/batchDeleteObjects", "batch_delete", False),
        ("POST", "/n/NS/b/B/actions/renameObject", "rename_object", False),
        ("POST", "/n/NS/b/B/actions/copyObject", "copy_object", False),
        ("POST", "/n/NS/b/B/actions/restoreObjects", "restore_objects", False),
        ("POST", "/n/NS/b/B/actions/updateObjectStorageTier", "update_tier", False),
        ("POST", "/n/NS/b/B/actions/makeBucketWritable", "make_writable", False),
        ("GET", "/n/NS/b/B/l", "get_lifecycle", False),
        ("PUT", "/n/NS/b/B/l", "put_lifecycle", False),
        ("DELETE", "/n/NS/b/B/l", "delete_lifecycle", False),
        ("GET", "/n/NS/b/B/p/?", "list_accesses", False),
        ("POST", "/n/NS/b/B/p/?", "create_access", False),
        ("GET", "/n/NS/b/B/p/NAME", "get_access", False),
        ("DELETE", "/n/NS/b/B/p/NAME", "delete_access", False),
        ("GET", "/n/NS/b/B/replicationPolicies", "list_replications", False),
        ("POST", "/n/NS/b/B/replicationPolicies", "create_replication", False),
        ("GET", "/n/NS/b/B/replicationPolicies/NAME", "get_replication", False),
        ("DELETE", "/n/NS/b/B/replicationPolicies/NAME", "delete_replication", False),
        ("GET", "/workRequests/NAME", "get_work_request", False),
    ]
    PATTERNS = [(re.compile(methods), re.compile(
        pattern.replace("NS", "(?P<ns>[^/]+)").replace("/b/B", "/b/(?P<bucket>[^/]+)")
        .replace("NAME", "(?P<name>.+)"), re.DOTALL), operation, raw)
        for methods, pattern, operation, raw in ROUTES]

    def route(self, request):
        """The operation of a request, its arguments, and whether it takes raw bytes."""
        for methods, pattern, operation, raw in self.PATTERNS:
            found = pattern.fullmatch(request.path)
            if found and methods.fullmatch(request.method):
                arguments = {key: urllib.parse.unquote(value, errors="strict")
                             for key, value in found.groupdict().items()}
                namespace = arguments.pop("ns", self.namespace)
                if namespace != self.namespace:
                    raise Refusal(404, "NamespaceNotFound", "there is no namespace %r" % namespace)
                return getattr(self, operation), arguments, raw
        raise Refusal(404, "NotFound", "there is no such operation")

    # Namespace and buckets

    def get_namespace(self, request):
        return Answer.json(self.namespace)

    def get_namespace_metadata(self, request):
        return Answer.json({"namespace": self.namespace, "defaultS3CompartmentId": "c",
                            "defaultSwiftCompartmentId": "c"})

    def list_buckets(self, request):
        wanted = request.query.get("compartmentId")
        if not wanted:
            raise Refusal(400, "MissingParameter", "compartmentId is missing")
        found = [b for _, b in sorted(self.buckets.items()) if b.compartment == wanted]
        return paged(request, found, lambda b: b.summary(self.namespace))

    def create_bucket(self, request):
        document = request.json()
        name, compartment = need(document, "name", "compartmentId")
        if not re.fullmatch("[A-Za-z0-9._-]{1,256}", name):
            raise Refusal(400, "InvalidBucketName", "the bucket's name is invalid")
        if name in self.buckets:
            raise Refusal(409, "BucketAlreadyExists", "the bucket %r exists" % name)
        made = Bucket(name, compartment, self.clock(), tier(document.get("storageTier")))
        made.metadata = document.get("metadata") or {}
        self.buckets[name] = made
        return Answer.json(made.document(self.namespace), headers=[("etag", made.etag)])

    def get_bucket(self, request, bucket):
        found = self.bucket(bucket)
        conditions(request).check(found)
        return Answer.json(found.document(self.namespace), headers=[("etag", found.etag)])

    def update_bucket(self, request, bucket):
        found = self.bucket(bucket)
        conditions(request).check(found)
        found.metadata = request.json().get("metadata", found.metadata)
        return Answer.json(found.document(self.namespace), headers=[("etag", found.etag)])

    def delete_bucket(self, request, bucket):
        found = self.bucket(bucket)
        conditions(request).check(found)
        if found.objects or found.uploads:
            raise Refusal(409, "BucketNotEmpty", "the bucket %r is not empty" % bucket)
        del self.buckets[bucket]
        return Answer(204)

    # Objects

    def list_objects(self, request, bucket):
        fields = [word for word in request.query.get("fields", "name").split(",") if word]
        if not set(fields) <= set(FIELDS):
            raise Refusal(400, "InvalidParameter", "a field is not known")
        return Answer.json(self.bucket(bucket).listing(
            self.clock(), request.query.get("prefix", ""), request.query.get("start"),
            request.query.get("end"), request.query.get("startAfter"),
            request.number("limit", 1000), request.query.get("delimiter"),
            ["name"] + [word for word in fields if word != "name"]))

    def put_object(self, request, bucket, name):
        return store_object(request, self.bucket(bucket), name, self.clock())

    def get_object(self, request, bucket, name):
        found = self.bucket(bucket)
        thing = found.get(name) if request.method == "HEAD" else found.readable(name, self.clock())
        return serve_object(request, thing, self.clock())

    def delete_object(self, request, bucket, name):
        found = self.bucket(bucket)
        conditions(request).check(found.get(name))
        del found.objects[name]
        return Answer(204)

    def batch_delete(self, request, bucket):
        found = self.bucket(bucket)
        wanted, = need(request.json(), "objects")
        if len(wanted) > BATCH_LIMIT:
            raise Refusal(400, "InvalidParameter", "more than %d objects" % BATCH_LIMIT)
        answer = {"deleted": [], "failed": []}
        for item in wanted:
            name, = need(item, "objectName")
            try:
                Conditions(item.get("ifMatch")).check(found.get(name))
                del found.objects[name]
                answer["deleted"].append({"objectName": name})
            except Refusal as failure:
                answer["failed"].append({
                    "objectName": name, "statusCode": str(failure.status),
                    "errorMessage": failure.message})
        return Answer.json(answer)

    def rename_object(self, request, bucket):
        found, document = self.bucket(bucket), request.json()
        source, target = need(document, "sourceName", "newName")
        check_name(target)
        thing = found.get(source)
        Conditions(document.get("srcObjIfMatchETag")).check(thing)
        Conditions(document.get("newObjIfMatchETag"), document.get("newObjIfNoneMatchETag")).check(
            found.objects.get(target))
        del found.objects[source]
        thing.name = target
        found.objects[target] = thing
        return Answer(200, b"", [("etag", thing.etag)])

    def copy_object(self, request, bucket):
        source, document = self.bucket(bucket), request.json()
        name, region, namespace, into, target = need(
            document, "sourceObjectName", "destinationRegion", "destinationNamespace",
            "destinationBucket", "destinationObjectName")
        check_name(target)
        Conditions(document.get("sourceObjectIfMatchETag")).check(source.get(name))
        if region != self.region or namespace != self.namespace:
            raise Refusal(400, "InvalidParameter", "only this region and namespace are known")
        if not self.may_copy:
            raise Refusal(400, "InsufficientServicePermissions", "the service may not copy")
        destination = self.bucket(into)

        def work():
            thing = source.objects.get(name)
            if thing is None:
                return False
            metadata = document.get("destinationObjectMetadata")
            made = Stored(target, thing.body, self.clock(), thing.content_type,
                          thing.metadata if metadata is None else metadata,
                          tier(document.get("destinationObjectStorageTier"), destination.tier),
                          thing.algorithm)
            made.multipart_md5 = thing.multipart_md5
            try:
                destination.put(made, Conditions(document.get("destinationObjectIfMatchETag"),
                                                 document.get("destinationObjectIfNoneMatchETag")))
            except Refusal:
                return False
            return True
        order = WorkRequest("COPY_OBJECT", source.compartment, self.clock(), work)
        self.requests[order.id] = order
        return Answer(202, b"", [("opc-work-request-id", order.id)])

    def get_work_request(self, request, name):
        if name not in self.requests:
            raise Refusal(404, "NotAuthorizedOrNotFound", "there is no such work request")
        return Answer.json(self.requests[name].poll(self.clock()))

    def restore_objects(self, request, bucket):
        found, document = self.bucket(bucket), request.json()
        name, = need(document, "objectName")
        hours = document.get("hours") or 24
        if not 1 <= hours <= 240:
            raise Refusal(400, "InvalidParameter", "hours are from 1 to 240")
        thing, now = found.get(name), self.clock()
        if thing.tier != "Archive":
            raise Refusal(409, "IncorrectTier", "the object is not archived")  # our word
        if thing.archival_state(now) == "Archived":
            begin = now + self.restore_seconds
            thing.readable = (begin, begin + hours * 3600)
        elif thing.archival_state(now) == "Restored":
            thing.readable = (thing.readable[0], now + hours * 3600)
        return Answer(202)

    def update_tier(self, request, bucket):
        found, document = self.bucket(bucket), request.json()
        name, wanted = need(document, "objectName", "storageTier")
        thing = found.readable(name, self.clock())
        thing.tier, thing.readable = tier(wanted), None
        return Answer(200)

    # Uploads in parts

    def create_upload(self, request, bucket):
        found, document = self.bucket(bucket), request.json()
        name, = need(document, "object")
        check_name(name)
        conditions(request).check(found.objects.get(name))
        metadata = document.get("metadata") or {}
        if not all(key.startswith("opc-meta-") for key in metadata):
            raise Refusal(400, "InvalidParameter", "metadata begins with opc-meta-")
        upload = Upload(name, self.clock(), document.get("contentType"),
                        {key.lower(): value for key, value in metadata.items()},
                        tier(document.get("storageTier"), found.tier),
                        Checks(request).algorithm)
        found.uploads[upload.id] = upload
        return Answer.json({
            "namespace": self.namespace, "bucket": bucket, "object": name, "uploadId": upload.id,
            "timeCreated": stamp(upload.created), "storageTier": upload.tier})

    def upload_part(self, request, bucket, name):
        upload = self.bucket(bucket).upload(name, request.query.get("uploadId"))
        conditions(request)
        return store_part(request, upload, request.number("uploadPartNum"))

    def list_uploads(self, request, bucket):
        found = sorted(self.bucket(bucket).uploads.values(), key=lambda u: (u.name, u.id))
        return paged(request, found, lambda u: {
            "namespace": self.namespace, "bucket": bucket, "object": u.name, "uploadId": u.id,
            "timeCreated": stamp(u.created), "storageTier": u.tier})

    def list_parts(self, request, bucket, name):
        upload = self.bucket(bucket).upload(name, request.query.get("uploadId"))
        return paged(request, sorted(upload.parts.items()), lambda item: {
            "partNumber": item[0], "etag": item[1][0], "size": len(item[1][1]),
            "md5": text(hashlib.md5(item[1][1]).digest())})

    def commit_upload(self, request, bucket, name):
        found = self.bucket(bucket)
        upload = found.upload(name, request.query.get("uploadId"))
        wanted, = need(request.json(), "partsToCommit")
        pairs = [tuple(need(item, "partNum", "etag")) for item in wanted]
        return commit_upload(request, found, upload, pairs, self.clock())

    def abort_upload(self, request, bucket, name):
        found = self.bucket(bucket)
        del found.uploads[found.upload(name, request.query.get("uploadId")).id]
        return Answer(204)

    # Lifecycle

    def get_lifecycle(self, request, bucket):
        policy = self.bucket(bucket).lifecycle
        if policy is None:
            raise Refusal(404, "LifecyclePolicyNotFound", "the bucket has no lifecycle policy")
        return Answer.json({"items": policy.items, "timeCreated": stamp(policy.created)},
                           headers=[("etag", policy.etag)])

    def put_lifecycle(self, request, bucket):
        found = self.bucket(bucket)
        conditions(request).check(found.lifecycle)
        items = request.json().get("items") or []
        for item in items:
            action, amount, unit, _ = need(item, "action", "timeAmount", "timeUnit", "name")
            uploads = item.get("target") == "multipart-uploads"
            if action not in (["ABORT"] if uploads else ["ARCHIVE", "INFREQUENT_ACCESS", "DELETE"]) \
                    or unit not in ("DAYS", "YEARS") or amount < 1 or "isEnabled" not in item:
                raise Refusal(400, "InvalidParameter", "a rule makes no sense")
        if len({item["name"] for item in items}) != len(items):
            raise Refusal(400, "InvalidParameter", "two rules have one name")
        found.lifecycle = Policy(items, self.clock())
        return self.get_lifecycle(request, bucket)

    def delete_lifecycle(self, request, bucket):
        found = self.bucket(bucket)
        conditions(request).check(found.lifecycle)
        found.lifecycle = None
        return Answer(204)

    # Replication

    def create_replication(self, request, bucket):
        found, document = self.bucket(bucket), request.json()
        name, region, target = need(document, "name", "destinationRegionName",
                                    "destinationBucketName")
        if found.replications:
            raise Refusal(409, "ReplicationPolicyAlreadyExists", "there is a policy")  # our word
        made = {"id": "replication-%d" % (len(self.requests) + self.clock()), "name": name,
                "destinationRegionName": region, "destinationBucketName": target,
                "timeCreated": stamp(self.clock()), "timeLastSync": stamp(self.clock()),
                "status": "ACTIVE", "statusMessage": "the policy is active"}
        found.replications[made["id"]] = made
        if target in self.buckets:
            self.buckets[target].is_read_only = True
        return Answer.json(made)

    def list_replications(self, request, bucket):
        return paged(request, list(self.bucket(bucket).replications.values()))

    def get_replication(self, request, bucket, name):
        found = self.bucket(bucket).replications.get(name)
        if found is None:
            raise Refusal(404, "ReplicationPolicyNotFound", "there is no such policy")
        return Answer.json(found)

    def delete_replication(self, request, bucket, name):
        self.get_replication(request, bucket, name)
        del self.bucket(bucket).replications[name]
        return Answer(204)

    def make_writable(self, request, bucket):
        self.bucket(bucket).is_read_only = False
        return Answer(204)

    # Pre-authenticated requests

    def create_access(self, request, bucket):
        return self.accesses.create(request, self.bucket(bucket))

    def list_accesses(self, request, bucket):
        return paged(request, self.accesses.of(self.bucket(bucket)),
                     lambda access: access.document(full=False))

    def get_access(self, request, bucket, name):
        return Answer.json(self.accesses.find(self.bucket(bucket), name).document(full=False))

    def delete_access(self, request, bucket, name):
        return self.accesses.delete(self.bucket(bucket), name)
