"""crt_copy.py put|get FOLDER BUCKET PREFIX: moves the files of one folder by AWS's Common Runtime.

The runtime has no program of its own. This is the least around it: one client, its own number of
connections and its own parts, as many requests at once as it takes.
"""
import os
import sys
import urllib.parse

from awscrt import auth, http, io, s3


def client(secure):
    bootstrap = io.ClientBootstrap(io.EventLoopGroup(), io.DefaultHostResolver(io.EventLoopGroup()))
    provider = auth.AwsCredentialsProvider.new_static(
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    signing = s3.create_default_s3_signing_config(
        region="us-east-1", credential_provider=provider)
    mode = s3.S3RequestTlsMode.ENABLED if secure else s3.S3RequestTlsMode.DISABLED
    return s3.S3Client(bootstrap=bootstrap, region="us-east-1", tls_mode=mode,
                       signing_config=signing, throughput_target_gbps=10)


def start(client_, verb, host, path, file):
    headers = http.HttpHeaders([("Host", host)])
    if verb == "put":
        headers.add("Content-Length", str(os.path.getsize(file)))
        return client_.make_request(
            type=s3.S3RequestType.PUT_OBJECT, request=http.HttpRequest("PUT", path, headers),
            send_filepath=file).finished_future
    return client_.make_request(
        type=s3.S3RequestType.GET_OBJECT, request=http.HttpRequest("GET", path, headers),
        recv_filepath=file).finished_future


def main():
    verb, folder, bucket, prefix, names = sys.argv[1:6]
    endpoint = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
    with open(names, encoding="utf-8") as file:
        listed = file.read().split()
    client_, waiting = client(endpoint.scheme == "https"), []
    if verb == "get":
        for name in listed:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    for name in listed:
        path = urllib.parse.quote("/%s/%s/%s" % (bucket, prefix, name))
        waiting.append(start(client_, verb, endpoint.netloc, path, os.path.join(folder, name)))
        # The runtime queues without a limit; a thousand are enough to keep it busy.
        if len(waiting) >= 1000:
            waiting.pop(0).result(600)
    for future in waiting:
        future.result(600)


main()
