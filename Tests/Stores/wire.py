"""TLS with an authority of our own, and proxies: what lies between the program and a service."""

import os
import socket
import ssl
import subprocess

import forward_proxy


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def authority(folder, name):
    """An authority's certificate, and its key."""
    cert, key = "%s/%s.crt" % (folder, name), "%s/%s.key" % (folder, name)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=farm test " + name, "-keyout", key, "-out", cert)
    return cert, key


def certificate(folder, name, ca, address):
    """A server's certificate for an address, signed by `ca`; and its key."""
    cert, key = "%s/%s.crt" % (folder, name), "%s/%s.key" % (folder, name)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=" + name, "-keyout", key, "-out", key + ".csr")
    with open(key + ".ext", "w") as file:
        file.write("subjectAltName=" + address)
    openssl("x509", "-req", "-in", key + ".csr", "-CA", ca[0], "-CAkey", ca[1], "-CAcreateserial",
            "-days", "2", "-extfile", key + ".ext", "-out", cert)
    return cert, key


def offered_protocol(port):
    """What a server chooses of HTTP/2 and HTTP/1.1."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        with context.wrap_socket(plain) as link:
            return link.selected_alpn_protocol()


def tls(suite, server, ours, other, bucket):
    what = server.name + " over TLS"
    port = server.tls_port
    url = "https://127.0.0.1:%d" % port
    suite.expect(what + ": the server offers HTTP/2",
                 offered_protocol(port) != "h2" and str(offered_protocol(port)))
    tree, place = suite.small_tree(), "s3://%s/%s" % (bucket, suite.fresh("tls"))
    trusted = {"AWS_CA_BUNDLE": ours}
    for words in (["init", place], ["backup", place, tree], ["check", place, "--read-data"]):
        status, _, said = suite.answer(url, *words, variables=trusted)
        suite.expect("%s: %s" % (what, words[0]), status and "status %d: %s" % (status, said))
    suite.restored(what + ": the same without TLS", server.url, place, tree)
    for name, variables in (("a wrong authority", {"AWS_CA_BUNDLE": other}),
                            ("an unknown authority", {})):
        status, _, said = suite.answer(url, "snapshots", place, variables=variables)
        suite.expect("%s: %s is refused, and the way out is named" % (what, name),
                     (status, "AWS_CA_BUNDLE" in said) != (3, True) and said)
    status, _, said = suite.answer(
        "https://localhost:%d" % port, "snapshots", place, variables=trusted)
    suite.expect(what + ": a certificate of another name is refused", status != 3 and said)
    status, _, said = suite.answer(url, "snapshots", place,
                                   variables={"AWS_CA_BUNDLE": suite.scratch + "/none.pem"})
    suite.expect(what + ": a file of authorities that is not there is named",
                 (status, "none.pem" in said) != (3, True) and said)
    proxies(suite, server, url, place, trusted)


def proxies(suite, server, url, place, trusted):
    """The variables that name proxies, for both kinds of address."""
    for name, address, variable, method in (
            ("https", url, "https_proxy", "CONNECT"), ("HTTPS", url, "HTTPS_PROXY", "CONNECT"),
            ("http", server.url, "http_proxy", "GET"), ("all", url, "ALL_PROXY", "CONNECT")):
        proxy = forward_proxy.Proxy()
        what = "%s through a proxy by %s" % (server.name, variable)
        status, _, said = suite.answer(
            address, "check", place, variables={**trusted, variable: proxy.url})
        suite.expect(what, status and "status %d: %s" % (status, said))
        suite.expect(what + ": it was asked", method not in {m for m, _ in proxy.asked}
                     and str(proxy.asked))
        asked = len(proxy.asked)
        status, _, said = suite.answer(address, "snapshots", place, variables={
            **trusted, variable: proxy.url, "no_proxy": "127.0.0.1"})
        suite.expect(what + ": not where no_proxy says so",
                     (status, len(proxy.asked)) != (0, asked) and "%d: %s" % (status, said))
        proxy.refuses = True
        status, _, said = suite.answer(
            address, "snapshots", place, variables={**trusted, variable: proxy.url})
        suite.expect(what + ": its refusal is told", (status, "407" in said) != (3, True) and said)
        proxy.stop()
    status, _, said = suite.answer(
        url, "snapshots", place, variables={**trusted, "https_proxy": "http://127.0.0.1:9"})
    suite.expect("a proxy that is not there is told", status != 3 and said)


def authorities(folder):
    """Our authority, another one, and a server's certificate and key by ours."""
    ours, other = authority(folder, "ours"), authority(folder, "other")
    return ours[0], other[0], certificate(folder, "server", ours, "IP:127.0.0.1")
