"""Requests and answers of the test server, and where a request leads."""

import json
import re
import urllib.parse
import uuid

from oci_buckets import Refusal


class Request:
    """One request as it came over the wire."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        path, _, query = target.partition("?")
        self.path = path
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.id = uuid.uuid4().hex

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def header(self, name):
        return next(iter(self.all(name)), None)

    def segments(self):
        """The parts of the path, each decoded once; the name of an object may have raw slashes."""
        return self.path.split("/")[1:]

    def json(self):
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            raise Refusal(400, "CannotParseRequest", "the body is no JSON") from None
        if not isinstance(found, dict):
            raise Refusal(400, "CannotParseRequest", "the body is no object")
        return found

    def number(self, name, usual=None):
        value = self.query.get(name)
        if value is None and usual is not None:
            return usual
        if value is None or not re.fullmatch("[0-9]{1,9}", value):
            raise Refusal(400, "InvalidParameter", "%s is no number" % name)
        return int(value)

    def metadata(self):
        return {key.lower(): value for key, value in self.headers
                if key.lower().startswith("opc-meta-")}

    def range(self, size):
        """The bytes (first, last) of a Range; None where all are wanted."""
        value = self.header("range")
        if value is None:
            return None
        found = re.fullmatch("bytes=([0-9]*)-([0-9]*)", value)
        if not found or found.groups() == ("", ""):
            raise Refusal(400, "InvalidParameter", "the range is malformed, or is several")
        first, last = found.groups()
        if first == "":
            first, last = max(size - int(last), 0), size - 1
        else:
            first, last = int(first), min(int(last or size), size - 1)
        if first >= size or first > last:
            raise Refusal(416, "InvalidRange", "the range lies outside of the object")
        return first, last


class Answer:
    def __init__(self, status=200, body=b"", headers=()):
        self.status, self.body, self.headers = status, body, list(headers)

    @staticmethod
    def json(value, status=200, headers=()):
        return Answer(status, json.dumps(value).encode(),
                      [("content-type", "application/json"), *headers])

    @staticmethod
    def refusal(failure):
        return Answer.json({"code": failure.code, "message": failure.message}, failure.status)


def paged(request, items, form=lambda item: item):
    """One page of a list whose next page is named in a header."""
    limit = request.number("limit", 100)
    if not 1 <= limit <= 1000:
        raise Refusal(400, "InvalidParameter", "the limit is from 1 to 1000")
    start = request.number("page", 0)
    headers = [("opc-next-page", str(start + limit))] if start + limit < len(items) else []
    return Answer.json([form(item) for item in items[start:start + limit]], headers=headers)
