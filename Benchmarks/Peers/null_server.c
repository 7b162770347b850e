// null_server PORT: a server of objects without objects, so that clients are measured and nothing
// else. It speaks as much of S3 as movers ask for: bodies are read and dropped, answers have an
// ETag, and what was put comes back as that many zeros. Signatures and checksums are not looked at.
// GET /-/traffic tells the bytes of bodies it has read and sent since the last such request.
//
// One thread a connection; keys and sizes in one table under a lock.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_LIMIT = 64 << 10, BLOCK = 1 << 20, SLOTS = 1 << 18, PAGE = 1000 };

typedef struct {
  char *key;     // NULL: a free slot
  int64_t size;  // -1: removed
} Entry;

static Entry table[SLOTS];
static Entry **sorted;
static int sorted_count;
static bool is_sorted;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int64_t bytes_read, bytes_sent, requests;
static char zeros[BLOCK];

static Entry *slot(const char *key) {
  uint64_t hash = 14695981039346656037u;
  for (const char *at = key; *at; at++) hash = (hash ^ (uint8_t)*at) * 1099511628211u;
  for (uint64_t i = hash % SLOTS;; i = (i + 1) % SLOTS)
    if (!table[i].key || strcmp(table[i].key, key) == 0) return &table[i];
}

static int64_t size_of(const char *key) {
  pthread_mutex_lock(&lock);
  Entry *entry = slot(key);
  int64_t size = entry->key ? entry->size : -1;
  pthread_mutex_unlock(&lock);
  return size;
}

// Sets the size of a key, or adds to it.
static void store(const char *key, int64_t size, bool adds) {
  pthread_mutex_lock(&lock);
  Entry *entry = slot(key);
  if (!entry->key) entry->key = strdup(key), entry->size = -1;
  is_sorted = is_sorted && (entry->size >= 0) == (size >= 0);
  entry->size = adds && entry->size > 0 ? entry->size + size : size;
  pthread_mutex_unlock(&lock);
}

static int by_key(const void *a, const void *b) {
  return strcmp((*(Entry *const *)a)->key, (*(Entry *const *)b)->key);
}

static void sort_keys(void) {
  if (is_sorted) return;
  sorted = realloc(sorted, SLOTS * sizeof *sorted);
  sorted_count = 0;
  for (int i = 0; i < SLOTS; i++)
    if (table[i].key && table[i].size >= 0) sorted[sorted_count++] = &table[i];
  qsort(sorted, sorted_count, sizeof *sorted, by_key);
  is_sorted = true;
}

typedef struct {
  int socket;
  char in[HEAD_LIMIT];
  int filled;
} Link;

typedef struct {
  char method[16], key[4096], query[8192], range[128];
  int64_t length, decoded;
  bool if_absent, expects, chunked;
} Request;

static bool send_all(int socket, const char *bytes, int64_t count, int flags) {
  while (count > 0) {
    ssize_t sent = send(socket, bytes, count, flags | MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent, count -= sent;
  }
  return true;
}

static void decode(char *text) {
  char *out = text;
  for (char *in = text; *in; in++) {
    unsigned value;
    if (*in == '%' && sscanf(in + 1, "%2x", &value) == 1) *out++ = (char)value, in += 2;
    else *out++ = *in;
  }
  *out = 0;
}

// The value of a name in the query, decoded, in `value`; false if it is not there.
static bool asked(const Request *request, const char *name, char *value, size_t limit) {
  size_t length = strlen(name);
  for (const char *at = request->query; at && *at; at = strchr(at, '&'), at = at ? at + 1 : 0) {
    if (strncmp(at, name, length) || !strchr("=&", at[length])) continue;
    const char *from = at[length] == '=' ? at + length + 1 : at + length;
    size_t count = strcspn(from, "&");
    if (count >= limit) count = limit - 1;
    memcpy(value, from, count);
    value[count] = 0;
    decode(value);
    return true;
  }
  return false;
}

// Reads a request's head. What follows it stays in `link->in`.
static bool read_head(Link *link, Request *request) {
  char *end;
  while (!(end = memmem(link->in, link->filled, "\r\n\r\n", 4))) {
    if (link->filled == HEAD_LIMIT) return false;
    ssize_t got = recv(link->socket, link->in + link->filled, HEAD_LIMIT - link->filled, 0);
    if (got <= 0) return false;
    link->filled += got;
  }
  *end = 0;
  memset(request, 0, sizeof *request);
  request->decoded = -1;
  char target[12000] = "";
  if (sscanf(link->in, "%15s %11999s", request->method, target) != 2) return false;
  char *question = strchr(target, '?');
  if (question) {
    *question = 0;
    snprintf(request->query, sizeof request->query, "%s", question + 1);
  }
  decode(target);
  char *slash = strchr(target + 1, '/');  // behind the bucket
  if (strncmp(target, "/-/", 3) == 0) slash = target;
  snprintf(request->key, sizeof request->key, "%s", slash ? slash + 1 : "");
  for (char *line = strstr(link->in, "\r\n"); line; line = strstr(line, "\r\n")) {
    line += 2;
    if (!strncasecmp(line, "content-length:", 15)) request->length = atoll(line + 15);
    if (!strncasecmp(line, "x-amz-decoded-content-length:", 29)) request->decoded = atoll(line + 29);
    if (!strncasecmp(line, "range: bytes=", 13)) sscanf(line + 13, "%127[0-9-]", request->range);
    if (!strncasecmp(line, "if-none-match: *", 16)) request->if_absent = true;
    if (!strncasecmp(line, "expect: 100", 11)) request->expects = true;
    if (!strncasecmp(line, "transfer-encoding: chunked", 26)) request->chunked = true;
  }
  int used = end + 4 - link->in;
  memmove(link->in, link->in + used, link->filled - used);
  link->filled -= used;
  return !request->chunked;
}

// Drops a body, of which the beginning may lie in `link->in`; the first bytes are kept in `kept`.
static bool read_body(Link *link, const Request *request, char *block, char *kept, int64_t limit) {
  int64_t left = request->length, have = 0;
  if (request->expects && left > link->filled
      && !send_all(link->socket, "HTTP/1.1 100 Continue\r\n\r\n", 25, 0)) return false;
  while (left > 0) {
    char *bytes = block;
    ssize_t got = link->filled < left ? link->filled : left;
    if (got > 0) {
      memcpy(block, link->in, got);
      memmove(link->in, link->in + got, link->filled - got);
      link->filled -= got;
    } else {
      got = recv(link->socket, block, left < BLOCK ? left : BLOCK, 0);
      if (got <= 0) return false;
    }
    int64_t keep = got < limit - have ? got : limit - have;
    if (keep > 0) memcpy(kept + have, bytes, keep), have += keep;
    left -= got;
  }
  kept[have] = 0;
  atomic_fetch_add(&bytes_read, request->length);
  return true;
}

static bool answer(Link *link, const char *status, const char *headers, const char *body) {
  char head[2048];
  size_t length = strlen(body);
  int count = snprintf(
      head, sizeof head,
      "HTTP/1.1 %s\r\nContent-Length: %zu\r\nx-amz-request-id: null\r\n%s%s\r\n", status, length,
      length ? "Content-Type: application/xml\r\n" : "", headers);
  return send_all(link->socket, head, count, length ? MSG_MORE : 0)
         && send_all(link->socket, body, length, 0);
}

static const char *const tag = "ETag: \"0123456789abcdef0123456789abcdef-1\"\r\n";

static bool absent(Link *link) {
  return answer(link, "404 Not Found", "", "<Error><Code>NoSuchKey</Code></Error>");
}

static bool give(Link *link, const Request *request, bool is_head) {
  int64_t size = size_of(request->key), first = 0, last = size - 1;
  if (size < 0) return is_head ? answer(link, "404 Not Found", "", "") : absent(link);
  bool is_part = request->range[0];
  if (is_part) {
    char *dash = strchr(request->range, '-');
    first = atoll(request->range);
    if (dash && dash[1]) last = atoll(dash + 1);
    if (last >= size) last = size - 1;
    if (first > last)
      return answer(link, "416 Range Not Satisfiable", "", "<Error><Code>InvalidRange</Code></Error>");
  }
  char head[1024], range[128] = "";
  if (is_part)
    snprintf(range, sizeof range, "Content-Range: bytes %ld-%ld/%ld\r\n", first, last, size);
  int count = snprintf(
      head, sizeof head,
      "HTTP/1.1 %s\r\nContent-Length: %ld\r\nAccept-Ranges: bytes\r\n%s"
      "Last-Modified: Mon, 02 Mar 2026 08:00:00 GMT\r\nx-amz-request-id: null\r\n%s\r\n",
      is_part ? "206 Partial Content" : "200 OK", last - first + 1, tag, range);
  int64_t left = is_head ? 0 : last - first + 1;
  if (!send_all(link->socket, head, count, left ? MSG_MORE : 0)) return false;
  atomic_fetch_add(&bytes_sent, left);
  for (; left > 0; left -= BLOCK)
    if (!send_all(link->socket, zeros, left < BLOCK ? left : BLOCK, 0)) return false;
  return true;
}

static bool list(Link *link, const Request *request) {
  char prefix[4096] = "", after[4096] = "", delimiter[8] = "", word[16] = "";
  asked(request, "prefix", prefix, sizeof prefix);
  asked(request, "delimiter", delimiter, sizeof delimiter);
  if (!asked(request, "continuation-token", after, sizeof after)
      && !asked(request, "start-after", after, sizeof after))
    asked(request, "marker", after, sizeof after);
  int limit = asked(request, "max-keys", word, sizeof word) ? atoi(word) : PAGE;
  if (limit > PAGE) limit = PAGE;
  char *body;
  size_t size;
  FILE *out = open_memstream(&body, &size);
  fputs("<?xml version=\"1.0\"?><ListBucketResult>", out);
  pthread_mutex_lock(&lock);
  sort_keys();
  int low = 0, high = sorted_count;
  const char *from = strcmp(after, prefix) > 0 ? after : prefix;
  while (low < high) {
    int middle = (low + high) / 2;
    int order = strcmp(sorted[middle]->key, from);
    if (order < 0 || (order == 0 && from == after)) low = middle + 1; else high = middle;
  }
  char folder[4096] = "";
  const char *last = "";
  int count = 0;
  size_t known = strlen(prefix);
  for (; low < sorted_count && count < limit; low++) {
    const char *key = sorted[low]->key;
    if (strncmp(key, prefix, known)) break;
    const char *slash = delimiter[0] ? strchr(key + known, '/') : NULL;
    if (slash) {
      size_t length = slash + 1 - key;
      if (strlen(folder) == length && !strncmp(folder, key, length)) { last = key; continue; }
      snprintf(folder, sizeof folder, "%.*s", (int)length, key);
      fprintf(out, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", folder);
    } else {
      fprintf(out, "<Contents><Key>%s</Key><LastModified>2026-03-02T08:00:00.000Z</LastModified>"
              "<ETag>&quot;0123456789abcdef0123456789abcdef-1&quot;</ETag><Size>%ld</Size>"
              "<StorageClass>STANDARD</StorageClass></Contents>", key, sorted[low]->size);
    }
    last = key;
    count++;
  }
  bool more = low < sorted_count && !strncmp(sorted[low]->key, prefix, known) && count == limit;
  fprintf(out, "<KeyCount>%d</KeyCount><IsTruncated>%s</IsTruncated>", count, more ? "true" : "false");
  if (more) fprintf(out, "<NextContinuationToken>%s</NextContinuationToken>", last);
  fputs("</ListBucketResult>", out);
  pthread_mutex_unlock(&lock);
  fclose(out);
  atomic_fetch_add(&bytes_sent, (int64_t)size);
  bool done = answer(link, "200 OK", "", body);
  free(body);
  return done;
}

static bool post(Link *link, const Request *request, char *body) {
  char value[64];
  if (asked(request, "uploads", value, sizeof value)) {
    store(request->key, -1, false);
    return answer(link, "200 OK", "",
                  "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>");
  }
  if (asked(request, "delete", value, sizeof value)) {
    for (char *at = body; (at = strstr(at, "<Key>"));) {
      at += 5;
      char *end = strstr(at, "</Key>");
      if (!end) break;
      *end = 0;
      store(at, -1, false);
      at = end + 1;
    }
    return answer(link, "200 OK", "", "<DeleteResult></DeleteResult>");
  }
  return answer(link, "200 OK", "",
                "<CompleteMultipartUploadResult><ETag>\"0123456789abcdef0123456789abcdef-1\"</ETag>"
                "</CompleteMultipartUploadResult>");
}

static bool serve(Link *link, const Request *request, char *body) {
  char value[64];
  atomic_fetch_add(&requests, 1);
  int64_t size = request->decoded >= 0 ? request->decoded : request->length;
  if (!strcmp(request->key, "-/traffic")) {
    snprintf(body, 256, "{\"read\": %ld, \"sent\": %ld, \"requests\": %ld}",
             atomic_exchange(&bytes_read, 0), atomic_exchange(&bytes_sent, 0),
             atomic_exchange(&requests, 0) - 1);
    return answer(link, "200 OK", "", body);
  }
  if (!strcmp(request->method, "PUT")) {
    if (!request->key[0]) return answer(link, "200 OK", "", "");
    bool is_part = asked(request, "partNumber", value, sizeof value);
    if (request->if_absent && size_of(request->key) >= 0)
      return answer(link, "412 Precondition Failed", "",
                    "<Error><Code>PreconditionFailed</Code></Error>");
    store(request->key, size, is_part);
    return answer(link, "200 OK", tag, "");
  }
  if (!strcmp(request->method, "POST")) return post(link, request, body);
  if (!strcmp(request->method, "DELETE")) {
    if (!asked(request, "uploadId", value, sizeof value)) store(request->key, -1, false);
    return answer(link, "204 No Content", "", "");
  }
  bool is_head = !strcmp(request->method, "HEAD");
  if (request->key[0]) return give(link, request, is_head);
  if (is_head) return answer(link, "200 OK", "", "");
  if (asked(request, "location", value, sizeof value))
    return answer(link, "200 OK", "", "<LocationConstraint></LocationConstraint>");
  if (asked(request, "uploads", value, sizeof value))
    return answer(link, "200 OK", "", "<ListMultipartUploadsResult></ListMultipartUploadsResult>");
  return list(link, request);
}

static void *run(void *argument) {
  Link *link = argument;
  char *block = malloc(BLOCK), *body = malloc(BLOCK + 1);
  Request *request = malloc(sizeof *request);
  while (read_head(link, request) && read_body(link, request, block, body, BLOCK)
         && serve(link, request, body)) {
  }
  close(link->socket);
  free(request), free(body), free(block), free(link);
  return NULL;
}

int main(int count, char **words) {
  if (count != 2) return fprintf(stderr, "usage: null_server PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(words[1])),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024))
    return perror("null_server"), 3;
  for (;;) {
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (socket < 0) continue;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Link *link = calloc(1, sizeof *link);
    link->socket = socket;
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, link)) return perror("null_server"), 3;
    pthread_detach(thread);
  }
}
