"""Proves the test server: Oracle's SDK and command line drive it, and whoever signs wrongly is refused.

A proof that cannot fail proves nothing: each broken signer differs from a right one, which passes, in
one thing alone.
"""

import base64
import datetime
import email.utils
import hashlib
import http.client
import os
import subprocess
import sys
import urllib.parse

import crc32c
import oci
import oci.exceptions
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

import oci_identity
import oci_server

NAMESPACE, BUCKET = "testspace", "proof"
CLI = os.path.join(os.path.dirname(sys.executable), "oci")
#: A name with all that an encoding may get wrong.
NAME = "a b/c+é/?#%2F&=..exr"


def call_cli(server, environment, *arguments):
    """What Oracle's command line says."""
    done = subprocess.run(
        [CLI, *arguments], capture_output=True, text=True, timeout=120,
        env={**environment, "OCI_CLI_ENDPOINT": server.url, "SUPPRESS_LABEL_WARNING": "True",
             "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING": "True"})
    return done.stdout + done.stderr


def refused(call, *arguments, **options):
    """Status and code of a call that must fail."""
    try:
        call(*arguments, **options)
    except oci.exceptions.ServiceError as error:
        return error.status, error.code
    return "done", ""


class Signer:
    """Signs a request by hand, wrongly where it is told to."""

    def __init__(self, key, identifier, server):
        self.key, self.identifier, self.server = key, identifier, server

    def send(self, method, path, body=b"", raw=False, change=None):
        """The status of a request; `change(parts)` may break it before or after it is signed."""
        host = self.server.url.removeprefix("http://")
        headers = {"date": email.utils.formatdate(self.server.now(), usegmt=True), "host": host}
        names = ["date", "(request-target)", "host"]
        if method in ("PUT", "POST") and not raw:
            headers["x-content-sha256"] = base64.b64encode(hashlib.sha256(body).digest()).decode()
            headers["content-type"] = "application/json"
            headers["content-length"] = str(len(body))
            names += ["content-length", "content-type", "x-content-sha256"]
        elif body or raw:
            headers["content-length"] = str(len(body))
        parts = {"method": method, "path": path, "signed_path": path, "headers": headers,
                 "names": names, "listed": None, "body": body, "algorithm": "rsa-sha256",
                 "after": {}, "signed_method": method.lower(), "key": self.key,
                 "identifier": self.identifier, "extra": []}
        if change:
            change(parts)
        lines = []
        for name in parts["names"]:
            if name == "(request-target)":
                lines.append("(request-target): %s %s" % (
                    parts["signed_method"], parts["signed_path"]))
            else:
                lines.append("%s: %s" % (name, parts["headers"][name]))
        signature = base64.b64encode(parts["key"].sign(
            "\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        sent = {**parts["headers"], **parts["after"]}
        sent["authorization"] = (
            'Signature version="1",keyId="%s",algorithm="%s",headers="%s",signature="%s"' % (
                parts["identifier"], parts["algorithm"],
                " ".join(parts["listed"] or parts["names"]), signature))
        link = http.client.HTTPConnection(host, timeout=30)
        try:
            link.putrequest(method, parts["path"], skip_host=True, skip_accept_encoding=True)
            for name, value in list(sent.items()) + parts["extra"]:
                link.putheader(name, value)
            link.endheaders(parts["body"] or None)
            return link.getresponse().status
        finally:
            link.close()


def broken_signers(expect, server, key, identifier):
    signer = Signer(key, identifier, server)
    put = "/n/%s/b/%s/o/%s" % (NAMESPACE, BUCKET, urllib.parse.quote("a b/é", safe=""))
    listing = "/n/%s/b/%s/o?prefix=a%%20b" % (NAMESPACE, BUCKET)
    create = "/n/%s/b/%s/u" % (NAMESPACE, BUCKET)
    document = b'{"object": "x"}'
    rights = [("GET", listing, b"", False), ("PUT", put, b"bytes", True),
              ("POST", create, document, False), ("PUT", put, b"", True)]
    for method, path, body, raw in rights:
        status = signer.send(method, path, body, raw)
        expect("a right %s passes" % method, status != 200 and status)

    def drop(name):
        return lambda parts: parts["names"].remove(name)

    def swap(parts):
        parts["listed"] = list(parts["names"])
        parts["names"][0], parts["names"][1] = parts["names"][1], parts["names"][0]

    def set_to(field, value):
        return lambda parts: parts.__setitem__(field, value)

    def header(name, value):
        return lambda parts: parts["headers"].__setitem__(name, value)

    def after(name, value):
        return lambda parts: parts["after"].__setitem__(name, value)

    def sign_body(parts):
        parts["headers"]["x-content-sha256"] = base64.b64encode(
            hashlib.sha256(parts["body"]).digest()).decode()
        parts["names"].append("x-content-sha256")

    off = email.utils.formatdate(server.now() - 330, usegmt=True)
    ahead = email.utils.formatdate(server.now() + 330, usegmt=True)
    wrong = [
        ("no host", rights, drop("host")),
        ("no date", rights, drop("date")),
        ("no target", rights, drop("(request-target)")),
        ("another order than listed", rights, swap),
        ("an encoding twice", rights[1:2], set_to("signed_path", put.replace("%", "%25"))),
        ("no encoding", rights[1:2], set_to("signed_path", urllib.parse.unquote(put))),
        ("slashes left raw", rights[1:2], set_to("signed_path", put.replace("%2F", "/"))),
        ("lower-case digits", rights[1:2], set_to("signed_path", put.replace("%C3", "%c3"))),
        ("no query", rights[:1], set_to("signed_path", listing.split("?")[0])),
        ("an upper-case method", rights, lambda p: p.__setitem__(
            "signed_method", p["method"])),
        ("another method", rights, set_to("signed_method", "patch")),
        ("an old date", rights, header("date", off)),
        ("a date to come", rights, header("date", ahead)),
        ("a date changed on the way", rights, after(
            "date", email.utils.formatdate(server.now() + 20, usegmt=True))),
        ("another host", rights, after("host", "localhost:1")),
        ("a body that was signed", rights[1:2], sign_body),
        ("the hash of another body", rights[2:3], header(
            "x-content-sha256", base64.b64encode(bytes(32)).decode())),
        ("another body", rights[2:3], set_to("body", b'{"object": "y"}')),
        ("no hash of the body", rights[2:3], drop("x-content-sha256")),
        ("no length", rights[2:3], drop("content-length")),
        ("no type", rights[2:3], drop("content-type")),
        ("another algorithm", rights, set_to("algorithm", "hmac-sha256")),
        ("another key", rights, set_to("key", oci_identity.new_key())),
        ("a keyId that nobody has", rights, set_to("identifier", identifier + "x")),
        ("a header that is there twice", rights, lambda p: p["extra"].append(
            ("date", p["headers"]["date"]))),
    ]
    for what, requests, change in wrong:
        for method, path, body, raw in requests:
            status = signer.send(method, path, body, raw, change)
            expect("%s with %s is refused" % (method, what), status != 401 and status)


def objects(expect, client):
    """Objects, conditions, checksums, listings."""
    put = client.put_object(NAMESPACE, BUCKET, NAME, b"hello", content_type="image/x-exr",
                            opc_meta={"Mtime": "1.5"}, if_none_match="*")
    head = client.head_object(NAMESPACE, BUCKET, NAME)
    expect("an object's headers", (head.headers["etag"], head.headers["opc-meta-mtime"],
                                   head.headers["content-type"], head.headers["content-length"])
           != (put.headers["etag"], "1.5", "image/x-exr", "5") and head.headers)
    expect("its MD5", head.headers["content-md5"] != base64.b64encode(
        hashlib.md5(b"hello").digest()).decode() and head.headers)
    expect("its bytes", client.get_object(NAMESPACE, BUCKET, NAME).data.content != b"hello")
    part = client.get_object(NAMESPACE, BUCKET, NAME, range="bytes=1-2")
    expect("a range", (part.status, part.data.content) != (206, b"el") and part.status)
    for what, wanted, call in (
            ("a taken name", (412, "IfNoneMatchFailed"), lambda: client.put_object(
                NAMESPACE, BUCKET, NAME, b"x", if_none_match="*")),
            ("another ETag", (412, "IfMatchFailed"), lambda: client.put_object(
                NAMESPACE, BUCKET, NAME, b"x", if_match="nothing")),
            ("an ETag as if-none-match", (400, "InvalidParameter"), lambda: client.put_object(
                NAMESPACE, BUCKET, "new", b"x", if_none_match=put.headers["etag"])),
            ("a wrong MD5", (400, "UnmatchedContentMD5"), lambda: client.put_object(
                NAMESPACE, BUCKET, NAME, b"x", content_md5="AAAAAAAAAAAAAAAAAAAAAA==")),
            ("a wrong CRC-32C", (400, "UnmatchedContentChecksum"), lambda: client.put_object(
                NAMESPACE, BUCKET, NAME, b"x", opc_checksum_algorithm="CRC32C",
                opc_content_crc32c="AAAAAA==")),
            ("a missing object", (404, "ObjectNotFound"), lambda: client.get_object(
                NAMESPACE, BUCKET, "none")),
            ("a missing bucket", (404, "BucketNotFound"), lambda: client.get_object(
                NAMESPACE, "none", "none")),
            ("another namespace", (404, "NamespaceNotFound"), lambda: client.get_object(
                "none", BUCKET, "none")),
            ("a range outside", (416, "InvalidRange"), lambda: client.get_object(
                NAMESPACE, BUCKET, NAME, range="bytes=5-")),
            ("a name that is too long", (400, "InvalidObjectName"), lambda: client.put_object(
                NAMESPACE, BUCKET, "x" * 1025, b"")),
            ("an unknown tier", (400, "InvalidParameter"), lambda: client.put_object(
                NAMESPACE, BUCKET, "x", b"", storage_tier="Cellar"))):
        found = refused(call)
        expect(what + " is refused", found != wanted and found)
    summed = client.put_object(NAMESPACE, BUCKET, "summed", b"123456789",
                               opc_checksum_algorithm="CRC32C", opc_content_crc32c="4waSgw==")
    expect("a right CRC-32C", summed.headers["opc-content-crc32c"] != "4waSgw==")
    again = client.put_object(NAMESPACE, BUCKET, NAME, b"more", if_match=put.headers["etag"])
    expect("a matching ETag", again.status != 200 and again.status)
    renamed = oci.object_storage.models.RenameObjectDetails(
        source_name=NAME, new_name="renamed", new_obj_if_none_match_e_tag="*")
    client.rename_object(NAMESPACE, BUCKET, renamed)
    expect("a new name", client.get_object(NAMESPACE, BUCKET, "renamed").data.content != b"more")
    taken = refused(client.rename_object, NAMESPACE, BUCKET,
                    oci.object_storage.models.RenameObjectDetails(
                        source_name="summed", new_name="renamed", new_obj_if_none_match_e_tag="*"))
    expect("a new name that is taken", taken != (412, "IfNoneMatchFailed") and taken)


def listings(expect, client):
    for name in ("l/1", "l/a/1", "l/a/2", "l/b", "l/é", "l/z/1"):
        client.put_object(NAMESPACE, BUCKET, name, b"")

    def names(**options):
        data = client.list_objects(NAMESPACE, BUCKET, **options).data
        return [o.name for o in data.objects], data.prefixes, data.next_start_with
    every = ["l/1", "l/a/1", "l/a/2", "l/b", "l/z/1", "l/é"]
    expect("names in the order of their bytes", names(prefix="l/") != (every, None, None)
           and names(prefix="l/"))
    expect("start is there, end is not",
           names(prefix="l/", start="l/a/2", end="l/z/1")[0] != ["l/a/2", "l/b"])
    expect("startAfter is not there", names(prefix="l/", start_after="l/b")[0] != every[4:])
    folded = names(prefix="l/", delimiter="/")
    expect("folders", folded != (["l/1", "l/b", "l/é"], ["l/a/", "l/z/"], None) and folded)
    seen, start = [], None
    while True:
        page = names(prefix="l/", limit=2, **({"start": start} if start else {}))
        seen, start = seen + page[0], page[2]
        if not start:
            break
    expect("pages", seen != every and seen)
    plain = client.list_objects(NAMESPACE, BUCKET, prefix="l/1").data.objects[0]
    expect("names alone", plain.size is not None and plain)
    full = client.list_objects(NAMESPACE, BUCKET, prefix="l/1", fields="name,size,md5,etag").data
    expect("fields", full.objects[0].size != 0 or not full.objects[0].etag)
    batch = client.batch_delete_objects(NAMESPACE, BUCKET, oci.object_storage.models.
                                        BatchDeleteObjectsDetails(objects=[
                                            oci.object_storage.models.BatchDeleteObjectIdentifier(
                                                object_name=name) for name in every + ["none"]]))
    expect("a batch is removed", (len(batch.data.deleted), [f.object_name for f in
                                  batch.data.failed]) != (6, ["none"]) and batch.data)


def uploads(expect, client, server):
    models = oci.object_storage.models
    made = client.create_multipart_upload(
        NAMESPACE, BUCKET, models.CreateMultipartUploadDetails(
            object="parts", content_type="x/y", metadata={"opc-meta-k": "v"}),
        opc_checksum_algorithm="CRC32C").data
    etags = {}
    for number, body in ((3, b"late"), (1, b"first"), (3, b"third")):
        etags[number] = client.upload_part(
            NAMESPACE, BUCKET, "parts", made.upload_id, number, body).headers["etag"]
    listed = client.list_multipart_upload_parts(NAMESPACE, BUCKET, "parts", made.upload_id).data
    expect("the last part of a number counts", [(p.part_number, p.size) for p in listed]
           != [(1, 5), (3, 5)] and listed)
    found = client.list_multipart_uploads(NAMESPACE, BUCKET).data
    expect("uploads are listed", "parts" not in [u.object for u in found] and found)

    def commit(pairs):
        return models.CommitMultipartUploadDetails(parts_to_commit=[
            models.CommitMultipartUploadPartDetails(part_num=n, etag=e) for n, e in pairs])
    wrong = refused(client.commit_multipart_upload, NAMESPACE, BUCKET, "parts", made.upload_id,
                    commit([(1, "x")]))
    expect("a wrong tag is refused", wrong[0] != 400 and wrong)
    client.commit_multipart_upload(NAMESPACE, BUCKET, "parts", made.upload_id,
                                   commit(sorted(etags.items())), if_none_match="*")
    head = client.head_object(NAMESPACE, BUCKET, "parts").headers
    whole = base64.b64encode(crc32c.crc32c(b"firstthird").to_bytes(4, "big"))
    expect("parts with a gap are joined", (head["content-length"], head["opc-meta-k"])
           != ("10", "v") and head)
    expect("their checksum is that of the whole",
           head.get("opc-content-crc32c") != whole.decode() and head)
    expect("their MD5 is another", not head["opc-multipart-md5"].endswith("-2") and head)
    gone = refused(client.commit_multipart_upload, NAMESPACE, BUCKET, "parts", made.upload_id,
                   commit(sorted(etags.items())))
    expect("an upload ends once", gone[0] != 404 and gone)
    other = client.create_multipart_upload(
        NAMESPACE, BUCKET, models.CreateMultipartUploadDetails(object="aborted")).data
    client.abort_multipart_upload(NAMESPACE, BUCKET, "aborted", other.upload_id)
    expect("an upload is aborted", server.make_bucket(BUCKET).uploads and "it is there")
    taken = refused(client.create_multipart_upload, NAMESPACE, BUCKET,
                    models.CreateMultipartUploadDetails(object="parts"), if_none_match="*")
    expect("a taken name for parts", taken != (412, "IfNoneMatchFailed") and taken)


def policies(expect, client, server):
    """Tiers, copies, lifecycle, replication, pre-authenticated requests."""
    models = oci.object_storage.models
    client.put_object(NAMESPACE, BUCKET, "cold", b"ice", storage_tier="Archive")
    cold = refused(client.get_object, NAMESPACE, BUCKET, "cold")
    expect("an archived object is refused", cold != (409, "NotRestored") and cold)
    client.restore_objects(NAMESPACE, BUCKET, models.RestoreObjectsDetails(
        object_name="cold", hours=10))
    state = client.head_object(NAMESPACE, BUCKET, "cold").headers["archival-state"]
    expect("it is being restored", state != "Restoring" and state)
    age(server, "cold", 3601)
    expect("it is restored", client.get_object(NAMESPACE, BUCKET, "cold").data.content != b"ice")
    age(server, "cold", 10 * 3600)
    cold = refused(client.get_object, NAMESPACE, BUCKET, "cold")
    expect("it is archived again", cold != (409, "NotRestored") and cold)
    client.put_object(NAMESPACE, BUCKET, "warm", b"1")
    client.update_object_storage_tier(NAMESPACE, BUCKET, models.UpdateObjectStorageTierDetails(
        object_name="warm", storage_tier="InfrequentAccess"))
    tier = client.head_object(NAMESPACE, BUCKET, "warm").headers["storage-tier"]
    expect("a tier is changed", tier != "InfrequentAccess" and tier)
    order = client.copy_object(NAMESPACE, BUCKET, models.CopyObjectDetails(
        source_object_name="warm", destination_region=server.operations.region,
        destination_namespace=NAMESPACE, destination_bucket=BUCKET,
        destination_object_name="copied")).headers["opc-work-request-id"]
    words = [client.get_work_request(order).data.status for _ in range(3)]
    expect("a copy is work", words[-1] != "COMPLETED" or words[0] == "COMPLETED" and words)
    expect("a copy", client.get_object(NAMESPACE, BUCKET, "copied").data.content != b"1")

    rule = models.ObjectLifecycleRule(name="abort", target="multipart-uploads", action="ABORT",
                                      time_amount=2, time_unit="DAYS", is_enabled=True)
    none = refused(client.get_object_lifecycle_policy, NAMESPACE, BUCKET)
    expect("no lifecycle at first", none[0] != 404 and none)
    client.put_object_lifecycle_policy(
        NAMESPACE, BUCKET, models.PutObjectLifecyclePolicyDetails(items=[rule]), if_none_match="*")
    found = client.get_object_lifecycle_policy(NAMESPACE, BUCKET)
    expect("a lifecycle", found.data.items != [rule] and found.data)
    stale = refused(client.put_object_lifecycle_policy, NAMESPACE, BUCKET,
                    models.PutObjectLifecyclePolicyDetails(items=[]), if_match="old")
    expect("a stale lifecycle is refused", stale != (412, "IfMatchFailed") and stale)
    policy = client.create_replication_policy(NAMESPACE, BUCKET, models.
                                              CreateReplicationPolicyDetails(
                                                  name="r", destination_region_name="us-other-1",
                                                  destination_bucket_name="there")).data
    listed = client.list_replication_policies(NAMESPACE, BUCKET).data
    expect("a replication", [p.id for p in listed] != [policy.id] and listed)
    client.delete_replication_policy(NAMESPACE, BUCKET, policy.id)

    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    access = client.create_preauthenticated_request(
        NAMESPACE, BUCKET, models.CreatePreauthenticatedRequestDetails(
            name="p", access_type="AnyObjectReadWrite", time_expires=end)).data
    told = client.get_preauthenticated_request(NAMESPACE, BUCKET, access.id).data
    expect("a secret address is told once", access.access_uri in str(told) and told)
    status = plain(server, "PUT", access.access_uri + "by/par", b"secret")
    expect("a secret address takes bytes", status != 200 and status)
    expect("and gives them", client.get_object(NAMESPACE, BUCKET, "by/par").data.content
           != b"secret")
    client.delete_preauthenticated_request(NAMESPACE, BUCKET, access.id)
    status = plain(server, "GET", access.access_uri + "by/par")
    expect("until it is removed", status != 404 and status)


def age(server, name, seconds):
    """Lets time pass for an object that is being restored."""
    thing = server.make_bucket(BUCKET).objects[name]
    thing.readable = tuple(moment - seconds for moment in thing.readable)


def plain(server, method, path, body=None):
    link = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    try:
        link.request(method, path, body)
        return link.getresponse().status
    finally:
        link.close()


def command_line(expect, server, configuration, folder):
    def call(*arguments):
        return call_cli(server, dict(os.environ), "--config-file", configuration, *arguments)
    bucket = ["-ns", NAMESPACE, "-bn", BUCKET]
    expect("oci os ns get", "testspace" not in call("os", "ns", "get"))
    source = os.path.join(folder, "source")
    with open(source, "wb") as file:
        file.write(os.urandom(3 << 20))
    said = call("os", "object", "put", *bucket, "--file", source, "--name", "cli/é x",
                "--part-size", "1", "--force")
    expect("oci os object put, in parts", "etag" not in said and said)
    stored = server.make_bucket(BUCKET).objects.get("cli/é x")
    expect("it came in parts", not (stored and stored.multipart_md5) and said)
    target = os.path.join(folder, "target")
    call("os", "object", "get", *bucket, "--name", "cli/é x", "--file", target)
    with open(source, "rb") as one, open(target, "rb") as two:
        expect("oci os object get", one.read() != two.read())
    said = call("os", "object", "list", *bucket, "--prefix", "cli/", "--fields", "name,size")
    expect("oci os object list", "3145728" not in said and said)
    said = call("os", "object", "delete", *bucket, "--name", "cli/é x", "--force")
    expect("oci os object delete", "cli/é x" in server.make_bucket(BUCKET).objects and said)


def prove(expect, folder):
    """Runs every proof; `expect(what, wrong)` counts them."""
    server = oci_server.Server("OCI under proof")
    server.make_bucket(BUCKET)
    key = oci_identity.new_key()
    configuration = oci_server.write_configuration(folder, server, key)
    client = oci.object_storage.ObjectStorageClient(
        oci.config.from_file(configuration), service_endpoint=server.url,
        retry_strategy=oci.retry.NoneRetryStrategy())
    try:
        expect("the namespace", client.get_namespace().data != NAMESPACE)
        broken_signers(expect, server, key, server.authority.add_user(key))
        for part in (objects, listings):
            part(expect, client)
        for part in (uploads, policies):
            server.make_bucket(BUCKET).uploads.clear()
            part(expect, client, server)
        command_line(expect, server, configuration, folder)
    finally:
        server.stop()
